import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Slack is a Web API that knows one app. What its bot token may do is all, or with `poor` in it two things. */
export class Slack {
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const asked = `${await text(request)} ${request.headers.authorization}`
      const known = { team_id: 'T1', team: 'Halden', user_id: 'UBOT', user: 'parley', bot_id: 'BBOT' }
      response.setHeader('Content-Type', 'application/json')
      if (asked.includes('poor')) response.setHeader('X-OAuth-Scopes', 'commands,chat:write')
      response.end(JSON.stringify({ ok: true, ...known, bot: { id: 'BBOT', app_id: 'A1' }, messages: [] }))
    })
  }

  static async open(): Promise<Slack> {
    const slack = new Slack()
    slack.#server.listen(0, '127.0.0.1')
    await once(slack.#server, 'listening')
    return slack
  }

  /** The address of the API. */
  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
