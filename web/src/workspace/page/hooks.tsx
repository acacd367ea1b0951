import '../style/hooks.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Department, Hook, NewHook, SecretHook } from '../../api/wire.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { hookRest as rest } from '../live/hook.ts'
import { asRefusal } from '../live/refusal.ts'
import { type Asked, HookAsk, HookRow, Secret } from '../view/hook.tsx'
import { HookForm } from '../view/hookform.tsx'
import { th } from '../words/hooks.ts'
import { departmentsQuery } from './ask.ts'
import { useNow } from './clock.ts'
import { HookCalls } from './hookcalls.tsx'
import { Settings } from './settings.tsx'

const lookEvery = 5_000

/** Where admins see how the hooks fare, what they were told, and add others (FEATURES F3). */
export function HooksPage() {
  return <Settings at="hooks">{() => <Hooks />}</Settings>
}

function Hooks() {
  const now = useNow(1000)
  const client = useQueryClient()
  const { data: departments } = useQuery(departmentsQuery)
  const { data, error } = useQuery({
    queryKey: ['hooks'],
    queryFn: rest.list,
    staleTime: 0,
    refetchInterval: lookEvery,
  })
  const [secret, setSecret] = useState<SecretHook>()
  const changed = () => client.invalidateQueries({ queryKey: ['hooks'] })
  return (
    <>
      <p className="muted">{th('intro')}</p>
      {secret && <Secret of={secret} onDone={() => setSecret(undefined)} />}
      <section aria-label={th('list')}>
        {error && !data && <p role="alert">{th('failed')}</p>}
        {data?.length === 0 && <p className="muted">{th('none')}</p>}
        <ul className="channels">
          {data?.map((hook) => (
            <OneHook
              key={hook.id}
              hook={hook}
              departments={departments ?? []}
              now={now}
              onSecret={setSecret}
              onChanged={changed}
            />
          ))}
        </ul>
      </section>
      {departments && <AddHook departments={departments} onSecret={setSecret} onChanged={changed} />}
    </>
  )
}

interface ManagedProps {
  departments: readonly Department[]
  onSecret: (secret: SecretHook) => void
  onChanged: () => Promise<void>
}

function AddHook({ departments, onSecret, onChanged }: ManagedProps) {
  const [round, setRound] = useState(0)
  // The same request keeps its key until something of it is another.
  const key = useRef(uuid7(Date.now()))
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (hook: NewHook) => rest.add(hook, key.current),
    networkMode: 'always',
    gcTime: 0, // the secret is not kept
    onSuccess: (added) => {
      onSecret(added)
      setRound(round + 1)
      key.current = uuid7(Date.now())
      return onChanged()
    },
  })
  return (
    <section className="add" aria-labelledby="add-title">
      <h2 id="add-title">{th('add')}</h2>
      <HookForm
        key={round}
        departments={departments}
        busy={isPending}
        submit={th(isPending ? 'busy' : 'submit')}
        refusal={error ? asRefusal(error) : undefined}
        onChange={() => {
          key.current = uuid7(Date.now())
          reset()
        }}
        onSubmit={(hook) => !isPending && mutate(hook)}
      />
    </section>
  )
}

function OneHook(props: ManagedProps & { hook: Hook; now: number }) {
  const { hook, departments, now, onSecret, onChanged } = props
  const { id, name, enabled, version } = hook
  const [shown, setShown] = useState<'edit' | 'calls'>()
  const [asked, setAsked] = useState<Asked>()
  const seen = useRef(0) // the version that the form began with
  const rotation = useRef(uuid7(Date.now())) // of the next secret, until its answer has come
  const test = useMutation({ mutationFn: () => rest.test(id), networkMode: 'always' })
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: async (what: NewHook | Asked | 'resume') => {
      const { name, url, events, departments: of } = hook
      const same = { name, url, events, ...(of ? { departments: of } : {}) }
      if (what === 'secret') {
        onSecret(await rest.rotate(id, rotation.current))
        rotation.current = uuid7(Date.now())
      } else if (what === 'remove') await rest.remove(id)
      else if (what === 'pause' || what === 'resume')
        await rest.set(id, { ...same, enabled: what === 'resume', version })
      else {
        await rest.set(id, { ...what, enabled, version: seen.current || version })
        setShown(undefined)
      }
    },
    networkMode: 'always',
    gcTime: 0,
    onError: (why) => {
      if (asRefusal(why).status !== 409) return
      seen.current = 0 // the next time it is meant against what is shown then
      void onChanged()
    },
    onSuccess: onChanged,
  })
  const refusal = error ? asRefusal(error) : undefined
  const toggle = (what: 'edit' | 'calls') => {
    reset()
    seen.current = version
    setShown(shown === what ? undefined : what)
  }
  return (
    <>
      <HookRow
        hook={hook}
        departments={departments}
        now={now}
        tested={test.isPending ? 'now' : test.data}
        shown={shown}
        fault={
          (shown !== 'edit' && refusal && (refusal.status === 0 ? th('unreachable') : refusal.reason)) ||
          (test.error ? (asRefusal(test.error).status === 0 ? th('unreachable') : asRefusal(test.error).reason) : '')
        }
        onTest={() => test.mutate()}
        onShow={toggle}
        onAsk={setAsked}
        onResume={() => mutate('resume')}
      >
        {shown === 'edit' && (
          <HookForm
            hook={hook}
            departments={departments}
            busy={isPending}
            submit={th(isPending ? 'saving' : 'save')}
            refusal={refusal}
            onChange={reset}
            onSubmit={(change) => !isPending && mutate(change)}
            onCancel={() => setShown(undefined)}
          />
        )}
        {shown === 'calls' && <HookCalls hook={hook} onChanged={onChanged} />}
      </HookRow>
      {asked && (
        <HookAsk
          asked={asked}
          name={name}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined)
            mutate(asked)
          }}
        />
      )}
    </>
  )
}
