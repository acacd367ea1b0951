import { useState } from 'react'
import { ts } from '../words/settings.ts'
import { Icon } from './icon.tsx'

/** A text to be copied. */
export function Copied({ label, text }: { label: string; text: string }) {
  const [told, setTold] = useState('')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setTold(ts('copied')),
      () => setTold(ts('uncopied')),
    )
  return (
    <div className="copied">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <section aria-label={label} tabIndex={0}>
        <pre dir="ltr">{text}</pre>
      </section>
      <p>
        <button type="button" className="button small" disabled={text === ''} onClick={() => void copy()}>
          <Icon name="copy" size={14} />
          {ts('copy')}
        </button>
        <span role="status">{told}</span>
      </p>
    </div>
  )
}
