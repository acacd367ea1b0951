/**
 * Makes a page read the same at every run; runs in the page. What a clock or a stopwatch shows becomes one time, and so do
 * dates, codes that work once, and the address of the server.
 */
export function holdStill(): void {
  const words: [RegExp, string][] = [
    [/\b\d{1,2}:\d{2}\s[AP]M\b/g, '10:24 AM'],
    [/\b(\d+:)?\d{1,2}:\d{2}\b(?!\s[AP]M)/g, '4:05'],
    [/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}\b/g, 'Mar 14'],
    [/, 20\d\d\b/g, ', 2030'],
    [/\b[A-Z2-7]{26}\b/g, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [/127\.0\.0\.1:\d+/g, 'parley.example'],
  ]
  const still = (text: string) => words.reduce((all, [what, instead]) => all.replace(what, instead), text)
  const hold = (root: Node) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    for (let node: Node | null = root; node; node = walk.nextNode()) {
      if (node instanceof Element && node.shadowRoot) hold(node.shadowRoot)
      if (node.nodeType !== Node.TEXT_NODE) continue
      const text = node.nodeValue ?? ''
      if (still(text) !== text) node.nodeValue = still(text)
    }
  }
  hold(document.body)
}
