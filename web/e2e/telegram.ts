import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { Server as Parley } from './server.ts'

const hold = 1_000

/** What the network does with a text that says so. */
const fates = { lost: 'get lost', refused: 'be refused', barred: 'be barred' } as const

interface Asked {
  chat_id?: number
  text?: string
  offset?: number
}

/** Telegram is a Bot API with one bot: what customers say there comes, and what is said to them may not arrive. */
export class Telegram {
  static readonly #token = '4711:token'
  readonly #server: Server
  readonly #updates: { update_id: number }[] = []
  #sent = 0

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async open(): Promise<Telegram> {
    const telegram = new Telegram()
    telegram.#server.listen(0, '127.0.0.1')
    await once(telegram.#server, 'listening')
    return telegram
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Makes the bot a channel of Support. */
  async serve(parley: Parley): Promise<void> {
    const file = join(tmpdir(), `parley-telegram-${process.pid}`)
    await writeFile(file, Telegram.#token)
    await parley
      .command('channel', 'add', 'telegram', '--department', 'support', '--token-file', file)
      .finally(() => rm(file))
  }

  says(chat: number, first_name: string, last_name: string, text: string): void {
    const id = this.#updates.length + 1
    const person = { id: chat, first_name, last_name }
    const message = {
      message_id: id,
      date: Math.floor(Date.now() / 1000),
      from: { ...person, is_bot: false },
      chat: { ...person, type: 'private' },
      text,
    }
    this.#updates.push({ update_id: id, ...{ message } })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.url?.split('/').at(-1) ?? ''
    const asked = ((await json(request).catch(() => undefined)) ?? {}) as Asked
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const refuse = (code: number, description: string) => say(code, { ok: false, error_code: code, description })
    const text = asked.text ?? ''
    if (text.includes(fates.lost)) request.socket.destroy()
    else if (text.includes(fates.refused)) refuse(400, 'Bad Request: message text is not acceptable')
    else if (text.includes(fates.barred)) refuse(403, 'Forbidden: bot was blocked by the user')
    else if (method === 'getUpdates') say(200, { ok: true, result: await this.#from(asked.offset ?? 0) })
    else if (method === 'getMe')
      say(200, { ok: true, result: { id: 4711, is_bot: true, first_name: 'Lamps', username: 'lamps_bot' } })
    else if (method === 'getWebhookInfo') say(200, { ok: true, result: { url: '', pending_update_count: 0 } })
    else if (method === 'sendMessage') {
      this.#sent++
      const chat = { id: asked.chat_id, type: 'private' }
      say(200, { ok: true, result: { message_id: 1000 + this.#sent, date: 1, chat, text } })
    } else say(200, { ok: true, result: true })
  }

  // from gives what came from a number on, and waits a little where there is nothing.
  async #from(offset: number): Promise<object[]> {
    const until = Date.now() + hold
    for (;;) {
      const news = this.#updates.filter((update) => update.update_id >= offset)
      if (news.length > 0 || Date.now() > until) return news
      await new Promise((go) => setTimeout(go, 50))
    }
  }
}
