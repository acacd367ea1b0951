import type { Stage } from './stage.ts'

/** Lets a customer of their own say each of the texts, without a panel for each. Returns when all is stored. */
export async function crowd(on: Stage, texts: readonly string[]): Promise<void> {
  const context = await on.person('crowd')
  const page = await context.newPage()
  await page.goto(`${on.origin}/demo/`)
  await page.evaluate(async (all) => {
    const uuid7 = (at: number) => {
      const time = at.toString(16).padStart(12, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
    }
    const say = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/widget/v1/socket?channel=support-widget`)
        const send = (frame: object) => socket.send(JSON.stringify(frame))
        socket.onopen = () => send({ type: 'hello', versions: [1] })
        socket.onerror = () => reject(new Error('no socket'))
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data)
          if (frame.type === 'welcome') send({ type: 'message', id: uuid7(Date.now()), text })
          else if (frame.type === 'refused') reject(new Error(data))
          else if (frame.type === 'ack') resolve(socket.close())
        }
      })
    // One after the other: the queue is in the order of the texts.
    for (const text of all) await say(text)
  }, texts)
  await context.close()
}
