import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { AddedChannel, Department } from '../../api/wire.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { channelRest as rest } from '../live/channel.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { type ChannelKind, channelKinds, fieldOf, wishOf } from '../state/channel.ts'
import { Added, ChannelForm } from '../view/channelform.tsx'
import { sourceOf } from '../view/person.tsx'
import { ts } from '../words/settings.ts'

interface AddChannelProps {
  departments: readonly Department[]
  onAdded: () => void
  onAnother: () => void
}

/** Adds a channel in some steps; what was pasted is gone when it is there. */
export function AddChannel({ departments, onAdded, onAnother }: AddChannelProps) {
  const [kind, setKind] = useState<ChannelKind>('slack')
  const [department, setDepartment] = useState(departments[0]?.id ?? '')
  const [name, setName] = useState('')
  const [mode, setMode] = useState('socket')
  // The same request keeps its key until something of it is another.
  const key = useRef(uuid7(Date.now()))
  const usual = `${departments.find(({ id }) => id === department)?.slug ?? ''}-${kind}`
  const called = useSettled(name.trim() || usual)
  const manifest = useQuery({
    queryKey: ['manifest', called, mode],
    queryFn: () => rest.manifest('slack', called, mode),
    enabled: kind === 'slack',
    retry: false,
  })
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: async (form: FormData): Promise<{ added: AddedChannel; answer: string; fault: string }> => {
      const filled = Object.fromEntries([...form].map(([field, value]) => [field, String(value)]))
      const added = await rest.add(wishOf(kind, filled), key.current)
      if (kind === 'widget') return { added, answer: '', fault: '' }
      const tested = await rest.test(added.channel.id).then(
        (answer) => ({ answer, fault: '' }),
        (why: unknown) => ({ answer: '', fault: asRefusal(why).reason }),
      )
      return { added, ...tested }
    },
    networkMode: 'always',
    gcTime: 0, // what was pasted is not kept
    onSuccess: onAdded,
  })
  if (data) return <Added {...data} onAnother={onAnother} />

  const refusal = error ? asRefusal(error) : undefined
  return (
    <section className="add" aria-labelledby="add-title">
      <h2 id="add-title">{ts('add')}</h2>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons of which one is pressed, not fields */}
      <div className="modes" role="group" aria-label={ts('kind')}>
        {channelKinds.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === kind}
            onClick={() => {
              setKind(each)
              reset()
            }}
          >
            {sourceOf(each).name}
          </button>
        ))}
      </div>
      <ChannelForm
        key={kind}
        kind={kind}
        departments={departments}
        department={department}
        usual={usual}
        mode={mode}
        manifest={manifest.data}
        unmade={manifest.error ? asRefusal(manifest.error).reason : ''}
        busy={isPending}
        fault={refusal && (refusal.status === 0 ? ts('unreachable') : faultWords(refusal))}
        field={fieldOf(refusal?.problem.field)}
        onDepartment={setDepartment}
        onName={setName}
        onMode={setMode}
        onChange={() => {
          key.current = uuid7(Date.now())
        }}
        onSubmit={(event: FormEvent<HTMLFormElement>) => {
          event.preventDefault()
          if (!isPending) mutate(new FormData(event.currentTarget))
        }}
      />
    </section>
  )
}

const labels = {
  name: 'name',
  bot_token: 'bot_token',
  app_token: 'app_token',
  signing_secret: 'signing_secret',
  token: 'token',
  team_channel: 'room.label',
  origins: 'origins',
  title: 'title',
  greeting: 'greeting',
} as const

// faultWords calls a field as the form does.
export function faultWords({ problem: { field = '' }, reason }: Refusal): string {
  const label = labels[field as keyof typeof labels]
  return label && reason.startsWith(`${field} `) ? `${ts(label)}: ${reason.slice(field.length + 1)}` : reason
}

// useSettled gives a text when it has not changed for a moment.
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 300)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
