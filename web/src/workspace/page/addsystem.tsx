import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { BindingChange, ProviderKind } from '../../api/wire.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { bindingRest as rest } from '../live/binding.ts'
import { asRefusal } from '../live/refusal.ts'
import { lost } from '../state/binding.ts'
import type { Filled } from '../state/form.ts'
import { MadeKeys, Told } from '../view/binding.tsx'
import { BindingForm } from '../view/bindingform.tsx'
import { tb } from '../words/bindings.ts'
import { useTest } from './systemtest.ts'

interface AddSystemProps {
  kinds: readonly ProviderKind[]
  onAdded: () => Promise<void>
  onAnother: () => void
}

/** Sets up an account on another system in some steps; keys that were given are gone when it is there. */
export function AddSystem({ kinds, onAdded, onAnother }: AddSystemProps) {
  const [chosen, setChosen] = useState(kinds[0]?.name)
  const [seen, setSeen] = useState(false)
  const kind = kinds.find(({ name }) => name === chosen)
  // The same request keeps its key until something of it is another.
  const key = useRef(uuid7(Date.now()))
  const test = useTest(onAdded)
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: async ({ body, filled, kind }: { body: BindingChange; filled: Filled; kind: ProviderKind }) => {
      const { binding, keys } = await rest.add({ ...body, provider: kind.name }, key.current)
      return { binding, keys, gone: lost(kind, filled, keys) }
    },
    networkMode: 'always',
    gcTime: 0, // keys are not kept
    onSuccess: ({ binding, keys }) => {
      if (!keys) test.run(binding.id) // a system that was not given its keys yet can only refuse
      return onAdded()
    },
  })
  const another = () => {
    key.current = uuid7(Date.now())
    reset()
  }
  if (!kind) return null
  if (data)
    return (
      <section className="add" aria-labelledby="add-title">
        <h2 id="add-title">{tb('added', data.binding)}</h2>
        {(data.keys || data.gone) && !seen && (
          <MadeKeys
            name={data.binding.name}
            kind={kind}
            keys={data.keys}
            onDone={() => {
              setSeen(true)
              test.run(data.binding.id)
            }}
          />
        )}
        <p role="status">{tb('added.text')}</p>
        <Told tested={test.tested} />
        <p className="form-ends">
          <button
            type="button"
            className="button primary"
            disabled={test.tested === 'now'}
            onClick={() => test.run(data.binding.id)}
          >
            {tb(test.tested === 'now' ? 'testing' : 'test')}
          </button>
          <button type="button" className="button" onClick={onAnother}>
            {tb('another')}
          </button>
        </p>
      </section>
    )
  return (
    <section className="add" aria-labelledby="add-title">
      <h2 id="add-title">{tb('add')}</h2>
      <BindingForm
        key={kind.name}
        kind={kind}
        before={
          // biome-ignore lint/a11y/useSemanticElements: buttons of which one is pressed, not fields
          <div className="modes wraps" role="group" aria-label={tb('kind')}>
            {kinds.map(({ name, label }) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === chosen}
                onClick={() => {
                  setChosen(name)
                  another()
                }}
              >
                {label}
              </button>
            ))}
          </div>
        }
        busy={isPending}
        submit={tb(isPending ? 'busy' : 'submit')}
        refusal={error ? asRefusal(error) : undefined}
        onChange={another}
        onSubmit={(body, filled) => !isPending && mutate({ body, filled, kind })}
      />
    </section>
  )
}
