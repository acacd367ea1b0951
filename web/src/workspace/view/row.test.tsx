import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Session } from '../../api/wire.ts'
import { session } from '../sample/session.ts'
import { Row } from './row.tsx'

const acts = { onOpen: () => {}, onTake: () => {}, onMenu: () => {}, onFocus: () => {} }

const row = (of: Session) => (
  <Row
    session={of}
    me="agt_anna"
    now={0}
    draft=""
    current={false}
    place={0}
    total={1}
    top={0}
    tab
    href="/"
    takes={false}
    acts={acts}
  />
)

test('S1.20: a row has a thumb that says how the session was rated, and none where it was not', () => {
  const ended = session('ses_1', { state: 'ended' })
  const { rerender } = render(row(ended))
  expect(screen.queryByText(/^Rated/)).toBeNull()
  rerender(row({ ...ended, rating: { value: 'good', at: ended.last_at } }))
  expect(screen.getByText('Rated good').closest('.thumb.good')?.getAttribute('title')).toBe('Rated good')
  rerender(row({ ...ended, rating: { value: 'bad', at: ended.last_at } }))
  expect(screen.getByText('Rated not good').closest('.thumb.bad')).toBeTruthy()
})
