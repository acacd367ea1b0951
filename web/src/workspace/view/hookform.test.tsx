import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import openapi from '../../../openapi.json'
import { HookForm } from './hookform.tsx'

test('F3: a hook can be told all that the server tells, each in words', () => {
  render(
    <HookForm departments={[]} busy={false} submit="Add" refusal={undefined} onChange={() => {}} onSubmit={() => {}} />,
  )
  const offered = screen.getAllByRole('checkbox')
  expect(offered.map((box) => box.getAttribute('value'))).toEqual(
    openapi.components.schemas.NewHook.properties.events.items.enum,
  )
  expect(screen.getByRole('checkbox', { name: 'A customer rates a session session.rated' })).toBeTruthy()
})
