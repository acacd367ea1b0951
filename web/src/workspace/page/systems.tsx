import '../style/hooks.css'
import '../style/bindings.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Binding, BindingChange, ProviderKind } from '../../api/wire.ts'
import { bindingRest as rest } from '../live/binding.ts'
import { asRefusal } from '../live/refusal.ts'
import { lost } from '../state/binding.ts'
import type { Filled } from '../state/form.ts'
import { BindingRow, MadeKeys, RemoveBinding } from '../view/binding.tsx'
import { BindingForm } from '../view/bindingform.tsx'
import { tb } from '../words/bindings.ts'
import { AddSystem } from './addsystem.tsx'
import { bindingsQuery, kindsQuery } from './bindings.ts'
import { useNow } from './clock.ts'
import { Settings } from './settings.tsx'
import { useTest, wordsOf } from './systemtest.ts'

/** Where admins set up other systems where records live, and see how they fare (FEATURES F1). */
export function SystemsPage() {
  return <Settings at="systems">{() => <Systems />}</Settings>
}

function Systems() {
  const now = useNow(1000)
  const client = useQueryClient()
  const kinds = useQuery(kindsQuery)
  const { data, error } = useQuery(bindingsQuery)
  const [round, setRound] = useState(0)
  const changed = () => client.invalidateQueries({ queryKey: bindingsQuery.queryKey })
  return (
    <>
      <p className="muted">{tb('intro')}</p>
      <section aria-label={tb('list')}>
        {((error && !data) || (kinds.error && !kinds.data)) && <p role="alert">{tb('failed')}</p>}
        {data?.length === 0 && <p className="muted">{tb('none')}</p>}
        <ul className="channels">
          {kinds.data &&
            data?.map((binding) => (
              <OneSystem
                key={binding.id}
                binding={binding}
                kind={kinds.data.find(({ name }) => name === binding.provider)}
                now={now}
                onChanged={changed}
              />
            ))}
        </ul>
      </section>
      {kinds.data && kinds.data.length > 0 && (
        <AddSystem key={round} kinds={kinds.data} onAdded={changed} onAnother={() => setRound(round + 1)} />
      )}
    </>
  )
}

interface OneSystemProps {
  binding: Binding
  kind: ProviderKind | undefined
  now: number
  onChanged: () => Promise<void>
}

function OneSystem({ binding, kind, now, onChanged }: OneSystemProps) {
  const { id, name } = binding
  const [open, setOpen] = useState(false)
  const [removing, setRemoving] = useState(false)
  const seen = useRef(0) // the version that the form began with
  const unsure = useRef(false) // whether a change may have been made whose answer was lost
  const test = useTest(onChanged)
  const change = useMutation({
    mutationFn: async ({ body, filled }: { body: BindingChange; filled: Filled }) => {
      const { keys } = await rest.set(id, { ...body, version: seen.current || binding.version })
      return { keys, gone: unsure.current && kind !== undefined && lost(kind, filled, keys) }
    },
    networkMode: 'always',
    gcTime: 0, // keys are not kept
    onError: (why) => {
      const { status } = asRefusal(why)
      if (status === 0) unsure.current = true
      if (status === 409) {
        seen.current = 0 // the next time it is meant against what is shown then
        void onChanged()
      }
    },
    onSuccess: () => {
      unsure.current = false
      setOpen(false)
      test.run(id) // what was typed may be wrong all the same
      return onChanged()
    },
  })
  const remove = useMutation({ mutationFn: () => rest.remove(id), networkMode: 'always', onSuccess: onChanged })
  const made = change.data && (change.data.keys || change.data.gone)
  const refused = remove.error && { says: wordsOf(asRefusal(remove.error)), bad: true }
  return (
    <>
      <BindingRow
        binding={binding}
        kind={kind}
        now={now}
        tested={refused ?? test.tested}
        open={open}
        onTest={() => {
          remove.reset()
          test.run(id)
        }}
        onChange={() => {
          change.reset()
          seen.current = binding.version
          setOpen(!open)
        }}
        onRemove={() => setRemoving(true)}
      >
        {made && kind && <MadeKeys name={name} kind={kind} keys={change.data?.keys} onDone={() => change.reset()} />}
        {open && kind && (
          <BindingForm
            kind={kind}
            binding={binding}
            busy={change.isPending}
            submit={tb(change.isPending ? 'saving' : 'save')}
            refusal={change.error ? asRefusal(change.error) : undefined}
            onChange={() => change.error && change.reset()}
            onSubmit={(body, filled) => !change.isPending && change.mutate({ body, filled })}
            onCancel={() => setOpen(false)}
          />
        )}
      </BindingRow>
      {removing && (
        <RemoveBinding
          name={name}
          onCancel={() => setRemoving(false)}
          onConfirm={() => {
            setRemoving(false)
            setOpen(false)
            test.reset()
            remove.mutate()
          }}
        />
      )}
    </>
  )
}
