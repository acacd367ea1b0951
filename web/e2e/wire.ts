/** What a client asked in one piece: an HTTP request with its body, or a frame of a WebSocket. */
export interface Asked {
  /** As it came, to be passed on. */
  bytes: Buffer
  /** What it says, for who looks for words in it. */
  text: string
  /** The head of the request; '' for a frame. */
  head: string
  isFrame: boolean
}

/** Asking cuts what a client sends on one connection into pieces, also after the connection has become a WebSocket. */
export class Asking {
  isSocket = false
  #rest: Buffer = Buffer.alloc(0)

  /** Takes what came, and gives every piece that is complete now. */
  take(bytes: Buffer): Asked[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const all: Asked[] = []
    for (;;) {
      const asked = this.isSocket ? frame(this.#rest) : request(this.#rest)
      if (!asked) return all
      this.#rest = this.#rest.subarray(asked.bytes.length)
      if (/\r\nupgrade: websocket\r\n/i.test(asked.head)) this.isSocket = true
      all.push(asked)
    }
  }
}

function request(bytes: Buffer): Asked | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end + 4)
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  const whole = end + 4 + length
  if (bytes.length < whole) return undefined
  return { bytes: bytes.subarray(0, whole), text: bytes.toString('utf8', end + 4, whole), head, isFrame: false }
}

// A client's frame is always masked (RFC 6455, 5.2).
function frame(bytes: Buffer): Asked | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0
  const start = 2 + extended + 4
  if (bytes.length < start) return undefined
  const length = extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : short
  if (bytes.length < start + length) return undefined
  const mask = bytes.subarray(start - 4, start)
  const said = Buffer.from(bytes.subarray(start, start + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)))
  return { bytes: bytes.subarray(0, start + length), text: said.toString('utf8'), head: '', isFrame: true }
}
