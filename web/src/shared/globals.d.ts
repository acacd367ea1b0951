// What every browser and Node have, and nothing of the DOM: all that shared may use besides the language itself.

declare function setTimeout(callback: () => void, milliseconds: number): number
declare function clearTimeout(id: number | undefined): void

declare const crypto: { getRandomValues<T extends Uint8Array>(array: T): T }

declare class URL {
  constructor(url: string, base?: string)
  readonly href: string
  readonly protocol: string
  readonly hostname: string
  readonly username: string
  readonly password: string
}
