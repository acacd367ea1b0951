import '../style/form.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Me, RecordStart, RecordType, Session } from '../../api/wire.ts'
import { recordRest } from '../live/record.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { begun, type Filled, faultsIn, filledOf, refusedField } from '../state/form.ts'
import { Dialog } from '../view/dialog.tsx'
import { focusFault, RecordForm } from '../view/form.tsx'
import { customerName } from '../view/person.tsx'
import { tf } from '../words/form.ts'
import { t } from '../words/t.ts'
import { useToast } from './toast.tsx'

interface NewRecordProps {
  session: Session
  me: Me
  type: RecordType
  onClose: () => void
}

// What was written and not sent yet, for as long as the workspace is open: who closes a form, or is signed out over it, loses nothing.
const written = new Map<string, Filled>()

/** The form of a record that is to be created, or of an account that the customer is registered with, filled with what is known already. */
export function NewRecord({ session, me, type, onClose }: NewRecordProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['forms', session.id, type.use],
    queryFn: () => recordRest.forms(session.id, type.use),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const form = data?.find(({ id }) => id === type.id)
  return (
    <Dialog title={tf('title', { type: type.name })} onClose={onClose}>
      <p className="muted">{tf('of', { name: customerName(session), number: session.number })}</p>
      {form ? (
        <Form session={session} me={me} form={form} onAnew={refetch} onClose={onClose} />
      ) : (
        <>
          <p role={error || data ? 'alert' : 'status'} className="form-told">
            {error ? tf('unfetched') : data ? t('record.none') : t('loading')}
          </p>
          <div className="dialog-acts">
            <button type="button" className="button" onClick={onClose}>
              {t('close')}
            </button>
            {error && (
              <button type="button" className="button primary" onClick={() => refetch()}>
                {t('retry')}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  )
}

interface FormProps extends Pick<NewRecordProps, 'session' | 'me' | 'onClose'> {
  form: RecordStart
  /** The type has changed while its form was open. */
  onAnew: () => unknown
}

function Form({ session, me, form, onAnew, onClose }: FormProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const key = `${me.id} ${session.id} ${form.id}`
  const [filled, setFilled] = useState<Filled>(() => ({ ...begun(form), ...written.get(key) }))
  const account = form.use === 'account'
  const [checked, setChecked] = useState(false)
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (): Promise<{ id: string; title: string; type: { name: string } }> => {
      const body = { type: form.id, fields: filledOf(form.fields, filled), version: form.version }
      return account ? recordRest.register(session.id, body) : recordRest.create(session.id, body)
    },
    networkMode: 'always',
    onSuccess: ({ id, title, type }) => {
      written.delete(key)
      onClose()
      say(tf(account ? 'registered' : 'created', { type: type.name, title }), {
        words: t('record.open.short'),
        run: () => navigate({ to: '/records/{-$record}', params: { record: id } }),
      })
      return client.invalidateQueries({ queryKey: account ? ['account'] : ['records', session.id] })
    },
    onError: (why) => {
      if (asRefusal(why).status === 409) {
        onAnew()
        // Somebody else was first, perhaps.
        if (account) void client.invalidateQueries({ queryKey: ['account'] })
      }
      focusFault()
    },
  })
  const refusal = error ? asRefusal(error) : undefined
  const refused = refusal && refusedField(refusal.problem, refusal.reason)
  return (
    <RecordForm
      fields={form.fields}
      filled={filled}
      faults={checked ? faultsIn(form.fields, filled) : new Map()}
      refused={refused}
      told={refusal && !refused ? whyNot(refusal, account) : ''}
      busy={isPending}
      submit={account ? tf(isPending ? 'registering' : 'register') : tf(isPending ? 'busy' : 'submit')}
      onChange={(name, value) => {
        const next = { ...filled, [name]: value }
        setFilled(next)
        written.set(key, next)
        if (error) reset()
      }}
      onSubmit={() => {
        setChecked(true)
        if (faultsIn(form.fields, filled).size > 0) focusFault()
        else if (!isPending) mutate()
      }}
      onCancel={onClose}
    />
  )
}

function whyNot({ status, reason }: Refusal, account: boolean): string {
  if (status === 0) return tf('unreachable')
  return status === 409 && !account ? tf('changed') : tf('failed', { reason })
}
