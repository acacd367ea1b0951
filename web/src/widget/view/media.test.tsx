import { render, screen } from '@testing-library/preact'
import { expect, test } from 'vitest'
import type { Media as Medium } from '../../shared/protocol.ts'
import { Media } from './media.tsx'

const show = (...media: Medium[]) => render(<Media media={media} base="https://chat.test/widget/v1/socket" />)

test('A13: a picture is shown, with its name for who cannot see it, and leads to the whole of it', () => {
  show({ kind: 'photo', id: 'f', name: 'lamp.png', state: 'ready', url: '/widget/v1/files/KEY' })
  const image = screen.getByRole('img', { name: 'lamp.png' })
  expect(image.getAttribute('src')).toBe('https://chat.test/widget/v1/files/KEY')
  expect(image.getAttribute('loading')).toBe('lazy')
  expect(image.closest('a')?.getAttribute('rel')).toContain('noopener')
})

test('A13: anything else downloads, and says how large it is', () => {
  show({
    kind: 'file',
    id: 'f',
    name: '<b>.html',
    type: 'text/html',
    size: 2_500_000,
    state: 'ready',
    url: '/widget/v1/files/KEY',
  })
  const link = screen.getByRole('link')
  expect(link.getAttribute('download')).toBe('<b>.html')
  expect(link.textContent).toBe('<b>.html 2.4 MB')
  expect(screen.queryByRole('img')).toBeNull()
})

test('A13: what is on its way says so, what was refused says that, and neither leads anywhere', () => {
  const { container } = show(
    { kind: 'photo', id: 'f', name: 'a.png', state: 'pending' },
    { kind: 'file', id: 'g', name: 'b.bin', state: 'refused' },
    { kind: 'location', name: '1, 2' },
  )
  expect(container.textContent).toContain('a.png is on its way')
  expect(container.textContent).toContain('b.bin This file could not be taken over.')
  expect(container.textContent).toContain('1, 2')
  expect(screen.queryByRole('link')).toBeNull()
})
