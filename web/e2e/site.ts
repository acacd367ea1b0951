import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SitePage {
  body: string
  /** Overrides what every page has. */
  headers?: Record<string, string>
  /** How the text is written; UTF-8 unless said otherwise. */
  encoding?: BufferEncoding
}

/** Site is somebody's own web site, at another origin than Parley's, with the widget on its pages. */
export class Site {
  /** By path. */
  readonly pages: Record<string, SitePage> = {}
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const page = this.pages[request.url ?? '']
      response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers })
      response.end(page && Buffer.from(page.body, page.encoding ?? 'utf8'))
    })
  }

  static async open(): Promise<Site> {
    const site = new Site()
    site.#server.listen(0, '127.0.0.1')
    await once(site.#server, 'listening')
    return site
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** A page of a shop: head goes into its head, with the widget's script. */
export function shopPage(head: string): string {
  return `<!doctype html>
<html lang="en">
<head><title>A shop</title>${head}</head>
<body>
<main>
<h1>Lamps and chairs</h1>
<p><a href="/lamps">Lamps</a> <a href="/chairs">Chairs</a></p>
<p><label><input type="checkbox"> As a gift</label></p>
</main>
</body>
</html>`
}
