import '../style/types.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Binding, Department, RecordType } from '../../api/wire.ts'
import { recordRest as rest } from '../live/record.ts'
import { asRefusal } from '../live/refusal.ts'
import { draftOf, firstOf, joined, refusedAt, typeOf } from '../state/type.ts'
import { RemoveType, TypeForm, TypeRow } from '../view/typeform.tsx'
import { tt } from '../words/types.ts'
import { departmentsQuery, typesQuery } from './ask.ts'
import { bindingsQuery } from './bindings.ts'
import { Settings } from './settings.tsx'
import { type Home, TypeHome } from './typehome.tsx'

/** Where admins say what can be created from the sessions of each department (FEATURES F1). */
export function TypesPage() {
  return <Settings at="records">{() => <Types />}</Settings>
}

function Types() {
  const { data: departments } = useQuery(departmentsQuery)
  const { data: types, error } = useQuery({ ...typesQuery, staleTime: 0 })
  const { data: systems } = useQuery(bindingsQuery)
  return (
    <>
      <p className="muted">{tt('intro')}</p>
      {error && !types && <p role="alert">{tt('failed')}</p>}
      {types &&
        departments?.map((department) => (
          <OfDepartment
            key={department.id}
            department={department}
            types={types.filter((type) => type.department === department.id)}
            systems={systems}
          />
        ))}
    </>
  )
}

interface OfDepartmentProps {
  department: Department
  types: readonly RecordType[]
  /** Nothing until they are known. */
  systems: readonly Binding[] | undefined
}

function OfDepartment({ department, types, systems }: OfDepartmentProps) {
  const client = useQueryClient()
  const [open, setOpen] = useState<string>() // a type, or '' for a new one
  const [removing, setRemoving] = useState<RecordType>()
  const changed = () => client.invalidateQueries({ queryKey: typesQuery.queryKey })
  const remove = useMutation({ mutationFn: rest.removeType, networkMode: 'always', onSuccess: changed })
  const keeper = ({ binding }: RecordType) =>
    binding && systems && (systems.find(({ id }) => id === binding)?.name ?? tt('keeper.gone'))
  const refusal = remove.error ? asRefusal(remove.error) : undefined
  const form = (type: RecordType | undefined) => (
    <OneType
      department={department}
      type={type}
      choosesUse={!type && !types.some(({ use }) => use === 'account')}
      onDone={() => {
        setOpen(undefined)
        return changed()
      }}
      onCancel={() => setOpen(undefined)}
    />
  )
  return (
    <section className="types" aria-labelledby={`types-${department.id}`}>
      <h2 id={`types-${department.id}`}>{department.name}</h2>
      {types.length === 0 && <p className="muted">{tt('none')}</p>}
      <ul className="channels">
        {types.map((type) => (
          <TypeRow
            key={type.id}
            type={type}
            keeper={keeper(type)}
            open={open === type.id}
            onEdit={() => setOpen(open === type.id ? undefined : type.id)}
            onRemove={() => setRemoving(type)}
          >
            {open === type.id && form(type)}
          </TypeRow>
        ))}
      </ul>
      <p className="fault" role="alert">
        {refusal && (refusal.status === 0 ? tt('unreachable') : refusal.reason)}
      </p>
      {open === '' ? (
        <div className="type-new">{form(undefined)}</div>
      ) : (
        <p>
          <button
            type="button"
            className="button"
            aria-label={tt('add.in', { department: department.name })}
            onClick={() => setOpen('')}
          >
            {tt('add')}
          </button>
        </p>
      )}
      {removing && (
        <RemoveType
          name={removing.name}
          onCancel={() => setRemoving(undefined)}
          onConfirm={() => {
            setRemoving(undefined)
            remove.mutate(removing.id)
          }}
        />
      )}
    </section>
  )
}

interface OneTypeProps {
  department: Department
  /** Nothing for one that is to be added. */
  type: RecordType | undefined
  /** It may be of accounts: a department has one such type. */
  choosesUse: boolean
  onDone: () => Promise<void>
  onCancel: () => void
}

function OneType({ department, type, choosesUse, onDone, onCancel }: OneTypeProps) {
  const [draft, setDraft] = useState(() => draftOf(type))
  const [home, setHome] = useState<Home>({})
  const [untold, setUntold] = useState(false) // which type of another system it is
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () =>
      type
        ? rest.setType(type.id, { ...typeOf(draft), version: type.version })
        : rest.addType({ ...typeOf(draft), ...home, use: draft.use, department: department.id }),
    networkMode: 'always',
    onSuccess: onDone,
  })
  const refusal = error ? asRefusal(error) : undefined
  const field = untold ? 'remote' : (refusal?.problem.field ?? '')
  const label = type ? tt('edit.one', type) : tt('add.in', { department: department.name })
  return (
    <TypeForm
      label={label}
      draft={draft}
      choosesUse={choosesUse}
      busy={isPending}
      submit={tt(type ? (isPending ? 'saving' : 'save') : isPending ? 'busy' : 'submit')}
      refused={refusedAt(field)}
      told={
        untold
          ? tt('remote.missing')
          : refusal
            ? refusal.status === 0
              ? tt('unreachable')
              : refusal.status === 409
                ? tt('changed')
                : refusal.reason
            : ''
      }
      field={field}
      home={
        type ? undefined : (
          <TypeHome
            home={home}
            field={field}
            onHome={(to) => {
              setHome(to)
              setUntold(false)
              if (error) reset()
            }}
            onType={({ label, fields }) =>
              setDraft(draftOf({ name: draft.name.trim() || label, use: draft.use, fields: firstOf(fields) }))
            }
            has={draft.fields.map(({ name }) => name)}
            onField={(one) => setDraft(joined(draft, one))}
          />
        )
      }
      onDraft={(next) => {
        setDraft(next)
        if (error) reset()
      }}
      onSubmit={() => {
        const misses = home.binding !== undefined && !home.remote
        setUntold(misses)
        if (!misses && !isPending) mutate()
      }}
      onCancel={onCancel}
    />
  )
}
