import type { Participant } from '../../api/wire.ts'
import type { Typist } from '../state/state.ts'
import { t } from '../words/t.ts'
import { Avatar } from './person.tsx'

interface TypingProps {
  customer: string
  typists: readonly Typist[]
  /** Colleagues who take part in the session. */
  others: readonly Participant[]
}

/** Who writes just now, and which colleagues take part (FEATURES C7, D11). */
export function Typing({ customer, typists, others }: TypingProps) {
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
      {others.length > 0 && (
        <span className="present">
          {others.map(({ id, name }) => (
            <Avatar key={id} name={name} size="s" />
          ))}
          <span className="cut">{t('log.present', { names: others.map(({ name }) => name).join(', ') })}</span>
        </span>
      )}
    </p>
  )
}
