import '../style/form.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Me, RecordDetail, RecordType } from '../../api/wire.ts'
import { recordRest } from '../live/record.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { begun, faultsIn, filledOf, refusedField } from '../state/form.ts'
import { Dialog } from '../view/dialog.tsx'
import { focusFault, RecordForm } from '../view/form.tsx'
import { RecordFacts } from '../view/records.tsx'
import { tf } from '../words/form.ts'
import { tr } from '../words/records.ts'
import { t } from '../words/t.ts'
import { placeOf } from './place.ts'
import { useToast } from './toast.tsx'

const owedLook = 3_000

interface RecordPaneProps {
  id: string
  me: Me
  types: readonly RecordType[]
  now: number
  onClose: () => void
}

/** One record: what it says, where it comes from, how it stands, and what was changed in it. */
export function RecordPane({ id, me, types, now, onClose }: RecordPaneProps) {
  const [editing, setEditing] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['record', id],
    queryFn: () => recordRest.one(id),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'owed' ? owedLook : false),
  })
  const session = useQuery({
    queryKey: ['session', data?.session.id],
    queryFn: () => rest.session(data?.session.id ?? ''),
    enabled: data !== undefined,
    staleTime: 60_000,
  })
  const type = types.find((one) => one.id === data?.type.id)
  const again = useEdit(data, () => {})
  if (!data)
    return (
      <section className="record">
        <p role={error ? 'alert' : 'status'}>
          {error ? (asRefusal(error).status === 0 ? t('net.unreachable') : tr('gone')) : t('loading')}
        </p>
        {error && (
          <p>
            <button type="button" className="button" onClick={() => refetch()}>
              {t('retry')}
            </button>
          </p>
        )}
      </section>
    )
  const place = session.data && placeOf(session.data, me)
  const refusal = again.error ? asRefusal(again.error) : undefined
  return (
    <>
      <RecordFacts
        record={data}
        fields={type?.fields}
        now={now}
        busy={again.isPending}
        fault={refusal ? whyNot(refusal) : ''}
        session={(words) =>
          place ? (
            <Link to="/inbox/$department/$list/{-$session}" params={{ ...place, session: data.session.id }}>
              {words}
            </Link>
          ) : (
            words
          )
        }
        onEdit={() => setEditing(true)}
        onAgain={() => again.mutate(data.fields)}
        onClose={onClose}
      />
      {editing && type && <Edit record={data} type={type} onClose={() => setEditing(false)} />}
    </>
  )
}

// useEdit gives a record other values.
function useEdit(record: RecordDetail | undefined, onDone: () => void) {
  const client = useQueryClient()
  const say = useToast()
  const anew = () =>
    Promise.all(['record', 'recordlist', 'records'].map((name) => client.invalidateQueries({ queryKey: [name] })))
  return useMutation({
    mutationFn: (fields: Record<string, string>) =>
      recordRest.edit(record?.id ?? '', { fields, version: record?.version ?? 0 }),
    networkMode: 'always',
    onSuccess: () => {
      onDone()
      say(tf('saved'))
      return anew()
    },
    onError: (error) => {
      focusFault()
      if (asRefusal(error).status === 409) void anew()
    },
  })
}

function Edit({ record, type, onClose }: { record: RecordDetail; type: RecordType; onClose: () => void }) {
  const { fields } = type
  const [filled, setFilled] = useState(() => begun({ fields, values: record.fields }))
  const [checked, setChecked] = useState(false)
  const { mutate, isPending, error, reset } = useEdit(record, onClose)
  const refusal = error ? asRefusal(error) : undefined
  const refused = refusal && refusedField(refusal.problem, refusal.reason)
  return (
    <Dialog title={tr('edit.title', { title: record.title })} onClose={onClose}>
      <RecordForm
        fields={fields}
        filled={filled}
        faults={checked ? faultsIn(fields, filled) : new Map()}
        refused={refused}
        told={refusal && !refused ? whyNot(refusal) : ''}
        busy={isPending}
        submit={tf(isPending ? 'saving' : 'save')}
        onChange={(name, value) => {
          setFilled({ ...filled, [name]: value })
          if (error) reset()
        }}
        onSubmit={() => {
          setChecked(true)
          if (faultsIn(fields, filled).size > 0) focusFault()
          else if (!isPending) mutate(filledOf(fields, filled))
        }}
        onCancel={onClose}
      />
    </Dialog>
  )
}

function whyNot({ status, reason }: Refusal): string {
  if (status === 0) return tf('unsaved')
  return status === 409 ? tr('edit.changed') : tf('failed', { reason })
}
