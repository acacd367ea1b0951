import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { NewRecordType, RecordField, RemoteType } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { saysOf } from '../state/binding.ts'
import { Icon } from '../view/icon.tsx'
import { tt } from '../words/types.ts'
import { bindingsQuery, remoteTypesQuery } from './bindings.ts'

/** Where the records of a type live; without a binding, here. */
export type Home = Pick<NewRecordType, 'binding' | 'remote'>

interface TypeHomeProps {
  home: Home
  /** The field in which the server found a fault. */
  field: string
  onHome: (home: Home) => void
  /** A type of another system was chosen: its fields are to begin with. */
  onType: (type: RemoteType) => void
  /** The names of the fields that the type has by now. */
  has: readonly string[]
  onField: (field: RecordField) => void
}

/** Says where the records of a new type live; it stays so. Nothing where there is no other system. */
export function TypeHome({ home, field, has, onHome, onType, onField }: TypeHomeProps) {
  const id = useId()
  const { binding = '', remote = '' } = home
  const { data } = useQuery(bindingsQuery)
  const types = useQuery(remoteTypesQuery(binding))
  const left = types.data?.find(({ name }) => name === remote)?.fields.filter(({ name }) => !has.includes(name)) ?? []
  const systems = data?.filter(({ removed_at }) => !removed_at) ?? []
  const refusal = types.error ? asRefusal(types.error) : undefined
  if (systems.length === 0) return null
  return (
    <div className="type-home">
      <div className="field">
        <label htmlFor={`${id}-binding`}>{tt('kept')}</label>
        <select
          id={`${id}-binding`}
          value={binding}
          aria-invalid={field === 'binding'}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => onHome(target.value ? { binding: target.value } : {})}
        >
          <option value="">{tt('kept.here')}</option>
          {systems.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <span id={`${id}-hint`} className="faint">
          {tt('kept.hint')}
        </span>
      </div>
      {types.data && (
        <div className="field">
          <label htmlFor={`${id}-remote`}>{tt('remote')}</label>
          <select
            id={`${id}-remote`}
            value={remote}
            aria-invalid={field === 'remote'}
            aria-describedby={`${id}-remote-hint`}
            onChange={({ target }) => {
              onHome({ binding, remote: target.value })
              const type = types.data.find(({ name }) => name === target.value)
              if (type) onType(type)
            }}
          >
            {!remote && <option value="">{tt(types.data.length > 0 ? 'remote.choose' : 'remote.none')}</option>}
            {types.data.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
          <span id={`${id}-remote-hint`} className="faint">
            {tt('remote.hint')}
          </span>
        </div>
      )}
      {left.length > 0 && (
        <div className="field">
          <label htmlFor={`${id}-more`}>{tt('remote.more')}</label>
          <select
            id={`${id}-more`}
            value=""
            onChange={({ target }) => {
              const more = left.find(({ name }) => name === target.value)
              if (more) onField(more)
            }}
          >
            <option value="">{tt('remote.choose')}</option>
            {left.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className={refusal ? 'fault wide' : 'muted wide'} role="status">
        {binding && types.isFetching && !types.data && tt('remote.asking')}
        {refusal && !types.isFetching && (
          <>
            <Icon name="circle-alert" size={14} />
            <span>
              {refusal.status === 0 ? tt('unreachable') : saysOf(refusal.problem, refusal.reason)}{' '}
              <button type="button" className="button small" onClick={() => void types.refetch()}>
                {tt('remote.again')}
              </button>
            </span>
          </>
        )}
      </p>
    </div>
  )
}
