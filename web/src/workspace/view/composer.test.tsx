import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ComponentProps } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { Composer, longestText } from './composer.tsx'

function show(change: Partial<ComponentProps<typeof Composer>> = {}) {
  const told = {
    onText: vi.fn(),
    onKind: vi.fn(),
    onSend: vi.fn(),
    onEscape: vi.fn(),
    onUnaim: vi.fn(),
    onUp: vi.fn(),
    onFiles: vi.fn(),
    onRemoveFile: vi.fn(),
    onRetryFile: vi.fn(),
    onHold: vi.fn(),
  }
  render(
    <Composer
      field={null}
      customer="Diego"
      source="telegram"
      me="Anna"
      text="hello"
      kind="reply"
      mayReply
      takes={false}
      hint={undefined}
      alarm={undefined}
      unreachable={undefined}
      newer={undefined}
      holds={false}
      aim={undefined}
      chips={[]}
      {...told}
      {...change}
    />,
  )
  return { ...told, area: screen.getByRole('textbox') }
}

describe('the composer (D3)', () => {
  test('says to whom, where and as whom it goes', () => {
    show()
    expect(screen.getByText('to Diego on Telegram, as Anna')).toBeTruthy()
  })

  test('says what is left of a long text, before it is too long', () => {
    show({ text: 'x'.repeat(longestText - 100) })
    expect(screen.getByText('100 bytes left')).toBeTruthy()
  })

  test('holds what is sent, where its writer wants it so', () => {
    const { onHold } = show()
    const hold = screen.getByRole('button', { name: /^Hold each message/ })
    expect(hold.getAttribute('aria-pressed')).toBe('false')
    fireEvent.click(hold)
    expect(onHold).toHaveBeenCalledWith(true)
  })

  test('Enter sends, Shift and Enter does not', () => {
    const { area, onSend } = show()
    fireEvent.keyDown(area, { key: 'Enter', shiftKey: true })
    expect(onSend).not.toHaveBeenCalled()
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).toHaveBeenCalledTimes(1)
  })

  test('Enter that ends a composed character does not send', () => {
    const { area, onSend } = show()
    fireEvent.keyDown(area, { key: 'Enter', isComposing: true })
    expect(onSend).not.toHaveBeenCalled()
  })

  test.each([
    ['nothing but white space', ' \n '],
    ['more bytes than a message may have', 'é'.repeat(longestText / 2 + 1)],
  ])('%s is not sent', (_, text) => {
    const { area, onSend } = show({ text })
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).not.toHaveBeenCalled()
    expect(screen.getByRole('button', { name: 'Send' }).hasAttribute('disabled')).toBe(true)
  })

  test('exactly as many bytes as a message may have are sent', () => {
    const { area, onSend } = show({ text: 'é'.repeat(longestText / 2) })
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).toHaveBeenCalledTimes(1)
  })

  test('who may not reply writes notes, and reads why', () => {
    show({ mayReply: false, kind: 'note', hint: 'Boris holds this session.' })
    expect(screen.getByRole('button', { name: 'Reply' }).hasAttribute('disabled')).toBe(true)
    expect(screen.getByText('Boris holds this session.')).toBeTruthy()
    expect(screen.getByRole('textbox', { name: 'Note for colleagues' })).toBeTruthy()
  })

  test('Escape leaves the text', () => {
    const { area, onEscape } = show()
    fireEvent.keyDown(area, { key: 'Escape' })
    expect(onEscape).toHaveBeenCalledTimes(1)
  })

  test('Up in an empty text goes to the last message, else it moves in the text', () => {
    const { area, onUp } = show()
    fireEvent.keyDown(area, { key: 'ArrowUp' })
    expect(onUp).not.toHaveBeenCalled()
    cleanup()
    const empty = show({ text: '' })
    fireEvent.keyDown(empty.area, { key: 'ArrowUp' })
    expect(empty.onUp).toHaveBeenCalledTimes(1)
  })

  test('a customer who cannot be reached is told of, with the reason', () => {
    show({ unreachable: 'They blocked us.' })
    expect(screen.getByText('This customer cannot be reached: They blocked us.')).toBeTruthy()
  })
})

describe('the composer with a message to change or to answer', () => {
  const edit = { deed: 'edit', words: 'Editing your message', gist: 'helo', busy: false } as const

  test('says what it is for, and Escape gives that up first', () => {
    const { area, onUnaim, onEscape } = show({ aim: { ...edit, deed: 'reply', words: 'Replying to Diego' } })
    expect(screen.getByText('Replying to Diego')).toBeTruthy()
    expect(screen.getByText('helo')).toBeTruthy()
    fireEvent.keyDown(area, { key: 'Escape' })
    expect([onUnaim.mock.calls.length, onEscape.mock.calls.length]).toEqual([1, 0])
  })

  test('a change is saved, and is neither a reply nor a note', () => {
    const { area, onSend, onUp } = show({ aim: edit })
    expect(screen.queryByRole('button', { name: 'Note' })).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Save' }))
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).toHaveBeenCalledTimes(2)
    fireEvent.change(area, { target: { value: '' } })
    fireEvent.keyDown(area, { key: 'ArrowUp' })
    expect(onUp).not.toHaveBeenCalled()
  })

  test('while it is saved, nothing more can be written or saved', () => {
    const { area, onSend } = show({ aim: { ...edit, busy: true } })
    expect(area.hasAttribute('readonly')).toBe(true)
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).not.toHaveBeenCalled()
    expect(screen.getByRole('button', { name: 'Saving' }).hasAttribute('disabled')).toBe(true)
  })

  test('the bar can be closed', () => {
    const { onUnaim } = show({ aim: edit })
    fireEvent.click(screen.getByRole('button', { name: 'Leave it as it was' }))
    expect(onUnaim).toHaveBeenCalledTimes(1)
  })
})

describe('the composer with files (A13)', () => {
  const lamp = { key: 'fil_1', name: 'lamp.png', size: 4711, picture: true }

  test('files are sent without a text too', () => {
    const { area, onSend } = show({ text: '', chips: [lamp] })
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['is on its way', { part: 0.5 }, 'Wait until all files are uploaded.'],
    [
      'has failed',
      { part: 0, failed: 'Parley cannot be reached.', again: true },
      'Retry or remove the file that was not uploaded.',
    ],
  ])('while a file %s, nothing is sent without it', (_, change, says) => {
    const { area, onSend } = show({ chips: [lamp, { ...lamp, key: '2', ...change }] })
    fireEvent.keyDown(area, { key: 'Enter' })
    expect(onSend).not.toHaveBeenCalled()
    expect(screen.getByText(says)).toBeTruthy()
  })

  test('one that has failed says why, and can be tried again or removed', () => {
    const { onRetryFile, onRemoveFile } = show({
      chips: [{ ...lamp, part: 0, failed: 'Parley cannot be reached.', again: true }],
    })
    expect(screen.getByRole('alert').textContent).toBe('Parley cannot be reached.')
    fireEvent.click(screen.getByRole('button', { name: 'Retry lamp.png' }))
    fireEvent.click(screen.getByRole('button', { name: 'Remove lamp.png' }))
    expect([onRetryFile.mock.calls, onRemoveFile.mock.calls]).toEqual([[['fil_1']], [['fil_1']]])
  })

  test('how much of it is there is told', () => {
    show({ chips: [{ ...lamp, part: 0.25 }] })
    expect(screen.getByRole('progressbar', { name: 'Uploading lamp.png' }).getAttribute('value')).toBe('0.25')
    expect(screen.getByRole('status').textContent).toBe('Uploading 1 file')
  })

  test('limits are told before anything is chosen', () => {
    show()
    expect(screen.getByRole('button', { name: 'Attach files: at most 20 with a message, 25 MB each' })).toBeTruthy()
  })

  test('files are pasted; what comes with a text is that text', () => {
    const { area, onFiles } = show()
    const files = [new File(['x'], 'image.png')]
    fireEvent.paste(area, { clipboardData: { files: [], types: ['text/plain'] } })
    fireEvent.paste(area, { clipboardData: { files, types: ['text/plain', 'text/html', 'Files'] } })
    expect(onFiles).not.toHaveBeenCalled()
    fireEvent.paste(area, { clipboardData: { files, types: ['text/html', 'Files'] } })
    expect(onFiles).toHaveBeenCalledWith(files)
  })

  test('a message that is changed gets no other files', () => {
    const edit = { deed: 'edit', words: 'Editing your message', gist: 'helo', busy: false } as const
    const { area, onFiles, onSend } = show({ aim: edit, text: '', chips: [lamp] })
    expect(screen.queryByRole('button', { name: /^Attach files/ })).toBeNull()
    fireEvent.paste(area, { clipboardData: { files: [new File(['x'], 'a')], types: ['Files'] } })
    fireEvent.keyDown(area, { key: 'Enter' })
    expect([onFiles.mock.calls, onSend.mock.calls]).toEqual([[], []])
  })
})
