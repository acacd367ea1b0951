import { expect, test } from 'vitest'
import { linkify, linkTo } from './link.ts'

const links = (text: string) => linkify(text).flatMap((p) => (p.href ? [[p.text, p.href]] : []))

test.each<[string, string, string, string]>([
  [
    'an address alone',
    'https://halden.example/a?b=c#d',
    'https://halden.example/a?b=c#d',
    'https://halden.example/a?b=c#d',
  ],
  ['capitals', 'HTTP://Halden.Example/A', 'HTTP://Halden.Example/A', 'http://halden.example/A'],
  ['www without a scheme', 'see www.halden.example now', 'www.halden.example', 'https://www.halden.example/'],
  [
    'the end of a sentence',
    'Look at https://halden.example/a.',
    'https://halden.example/a',
    'https://halden.example/a',
  ],
  ['brackets around it', '(https://halden.example/a)', 'https://halden.example/a', 'https://halden.example/a'],
  ['brackets within it', 'https://a.example/x_(y)', 'https://a.example/x_(y)', 'https://a.example/x_(y)'],
  ['brackets within and around', '(https://a.example/x_(y))', 'https://a.example/x_(y)', 'https://a.example/x_(y)'],
  ['quotation marks', '\u00abhttps://a.example/x\u00bb', 'https://a.example/x', 'https://a.example/x'],
  ['markup stays text', '<a href="https://a.example/x">y</a>', 'https://a.example/x', 'https://a.example/x'],
  ['a script in the query', 'https://a.example/?x=<script>', 'https://a.example/?x=', 'https://a.example/?x='],
  ['a turned-around tail', 'https://a.example/\u202egpj.exe', 'https://a.example/', 'https://a.example/'],
  ['a backslash before a host', 'https://evil.example\\@bank.example', 'https://evil.example', 'https://evil.example/'],
  ['an address within a blob address', 'blob:https://a.example/1', 'https://a.example/1', 'https://a.example/1'],
  ['a line break', 'https://a.example/x\ny', 'https://a.example/x', 'https://a.example/x'],
  ['numbers and a port', 'http://127.0.0.1:8080/demo/', 'http://127.0.0.1:8080/demo/', 'http://127.0.0.1:8080/demo/'],
])('%s is a link', (_, text, shown, href) => {
  expect(links(text)).toEqual([[shown, href]])
})

test.each([
  ['a script', 'javascript:alert(1)'],
  ['a script with slashes', 'javascript://a.example/%0aalert(1)'],
  ['a script in capitals', 'JaVaScRiPt:alert(1)'],
  ['a data address', 'data:text/html,<script>alert(1)</script>'],
  ['a file', 'file:///etc/passwd'],
  ['a script behind view-source', 'view-source:javascript:alert(1)'],
  ['a name before the host', 'https://bank.example@evil.example/'],
  ['a name and a password', 'https://bank.example:443@evil.example/'],
  ['an empty name', 'https://:x@evil.example/'],
  ['no host', 'https://'],
  ['no host but a path', 'https:///etc'],
  ['a bad port', 'https://a.example:99999/'],
  ['a word with www inside', 'awww.nice'],
  ['an e-mail address', 'anna@www.halden.example'],
  ['a host of one word', 'https://intranet/'],
  ['nothing', ''],
])('%s is no link', (_, text) => {
  expect(links(text)).toEqual([])
})

test.each([
  ['letters of another script', 'https://\u0430pple.example/', 'xn--pple-43d.example'],
  ['an umlaut', 'see https://m\u00fcnchen.example.', 'xn--mnchen-3ya.example'],
  ['full-width letters', 'https://\uff41.example', 'a.example'],
  ['a number that is an address', 'http://2130706433.0/', undefined],
  ['an encoded host', 'https://%61.example/', 'a.example'],
  ['plain letters', 'https://a.example/', undefined],
])('a host written with %s says where it leads', (_, text, want) => {
  expect(linkify(text).find((p) => p.href)?.host).toBe(want)
})

test('the parts make up the whole text', () => {
  const text = 'a https://a.example/x, javascript:b (www.c.example) https://u@d.example https://\u0430.example!\n'
  const whole = linkify(text)
  expect(whole.map((p) => p.text).join('')).toBe(text)
  expect(whole.filter((p) => p.href)).toHaveLength(3)
})

test('64 KB of almost links are read in a moment', () => {
  const began = Date.now()
  for (const piece of ['https://(', 'www.', 'https://a.example/((((', 'http://a]]]]', 'https://x@']) {
    linkify(piece.repeat(Math.ceil(65_536 / piece.length)))
  }
  expect(Date.now() - began).toBeLessThan(20_000) // what grows with the square takes longer
})

test.each<[string, string, ReturnType<typeof linkTo>]>([
  ['our shop', 'https://shop.test/lamp', { href: 'https://shop.test/lamp', host: 'shop.test' }],
  ['Shop.test', 'http://SHOP.test', { href: 'http://shop.test/' }],
  ['https://bank.test', 'https://evil.test/', { href: 'https://evil.test/', host: 'evil.test' }],
  ['write to us', 'mailto:us@shop.test', { href: 'mailto:us@shop.test', host: 'us@shop.test' }],
  ['us@shop.test', 'mailto:us@shop.test', { href: 'mailto:us@shop.test' }],
  ['call', 'tel:+4930123', { href: 'tel:+4930123', host: '+4930123' }],
  ['click', 'javascript:alert(1)', undefined],
  ['click', 'data:text/html,x', undefined],
  ['click', 'https://bank.test@evil.test/', undefined],
  ['click', '/relative', undefined],
])('%s, marked as a link to %s', (words, address, want) => {
  expect(linkTo(words, address)).toEqual(want)
})
