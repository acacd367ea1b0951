import { fireEvent, render, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import type { Media } from '../../api/wire.ts'
import { MediaList } from './media.tsx'

const photo: Media = {
  kind: 'photo',
  name: 'lamp.png',
  type: 'image/png',
  size: 4711,
  file: 'fil_1',
  state: 'ready',
  url: '/api/v1/files/fil_1',
}

const show = (...media: Media[]) => render(<MediaList media={media} />).container

describe('what came with a message (A13)', () => {
  test('an image is shown, opens in a new tab, and has its room before it has come', () => {
    show(photo)
    const link = screen.getByRole('link', { name: 'Open lamp.png in a new tab' })
    expect([link.getAttribute('href'), link.getAttribute('target'), link.getAttribute('rel'), link.className]).toEqual([
      '/api/v1/files/fil_1',
      '_blank',
      'noopener',
      'picture',
    ])
    expect(link.querySelector('img')?.getAttribute('loading')).toBe('lazy')
  })

  test.each(['image/svg+xml', 'text/html', 'application/pdf', 'application/octet-stream', undefined])(
    '%s is offered to be saved, whatever it is called',
    (type) => {
      const { type: _, ...rest } = photo
      const container = show(type ? { ...rest, type } : rest)
      const link = screen.getByRole('link', { name: 'Download lamp.png, 4.7 KB' })
      expect([link.getAttribute('download'), container.querySelector('img')]).toEqual(['lamp.png', null])
    },
  )

  test('an image that does not load is a line to be saved', () => {
    const container = show(photo)
    fireEvent.error(container.querySelector('img') as HTMLElement)
    expect(screen.getByRole('link', { name: 'Download lamp.png, 4.7 KB' })).toBeTruthy()
  })

  test.each<[string, Partial<Media>, string]>([
    ['on its way to us', { state: 'pending' }, 'lamp.png· 4.7 KB· is being fetched'],
    ['refused', { state: 'refused', reason: 'It is empty.' }, 'lamp.png· 4.7 KBNot here: It is empty.'],
    ['without bytes', { kind: 'location', name: '', size: 0 }, 'Location'],
  ])('%s it leads nowhere', (_, change, says) => {
    const { url: _url, ...rest } = photo
    expect(show({ ...rest, ...change }).textContent).toBe(says)
    expect(screen.queryByRole('link')).toBeNull()
  })

  test.each<[Media['sent'], string]>([
    ['failed', 'Not delivered: The network refused it.'],
    ['uncertain', 'May not have arrived'],
    ['sent', ''],
    ['queued', ''],
  ])('one of an agent that is %s', (sent, says) => {
    const two: Media = { ...photo, file: 'fil_2', sent: 'sent' }
    expect(show({ ...photo, ...(sent ? { sent } : {}), reason: 'The network refused it.' }, two).textContent).toBe(says)
  })

  test('markup in a name is text', () => {
    const container = show({ ...photo, type: 'text/html', name: '"><img src=x onerror=alert(1)>' })
    expect(container.querySelector('img')).toBeNull()
    expect(container.textContent).toContain('"><img src=x onerror=alert(1)>')
  })
})
