import type { Typist } from '../state/state.ts'
import { t } from '../words/t.ts'

/** Who writes just now. */
export function Typing({ customer, typists }: { customer: string; typists: readonly Typist[] }) {
  const names = typists.map((typist) => (typist.agent === '' ? customer : typist.name))
  const [first = '', second = ''] = names
  return (
    <p className="typing">
      {names.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <b />
            <b />
            <b />
          </span>
          {names.length === 1 && t('log.typing', { name: first })}
          {names.length === 2 && t('log.typing.both', { first, second })}
          {names.length > 2 && t('log.typing.many')}
        </>
      )}
    </p>
  )
}
