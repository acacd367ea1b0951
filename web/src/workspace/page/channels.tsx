import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Channel } from '../../api/wire.ts'
import { channelRest as rest } from '../live/channel.ts'
import { asRefusal } from '../live/refusal.ts'
import { keyNames, newKeys } from '../state/channel.ts'
import { ChannelRow } from '../view/channel.tsx'
import { KeysForm } from '../view/channelform.tsx'
import { ts } from '../words/settings.ts'
import { t } from '../words/t.ts'
import { AddChannel, faultWords } from './addchannel.tsx'
import { useNow } from './clock.ts'
import { Settings } from './settings.tsx'

const lookEvery = 5_000

/** Where admins see how the channels fare, and add others (FEATURES B5, S-15). */
export function ChannelsPage() {
  return <Settings at="channels">{() => <Channels />}</Settings>
}

function Channels() {
  const client = useQueryClient()
  const now = useNow(1000)
  const { data: departments } = useQuery({ queryKey: ['departments'], queryFn: rest.departments })
  const { data, error } = useQuery({ queryKey: ['channels'], queryFn: rest.list, refetchInterval: lookEvery })
  const [round, setRound] = useState(0)
  const name = (id: string) => departments?.find((department) => department.id === id)?.name ?? ''
  return (
    <>
      <section aria-label={ts('list')}>
        {error && !data && <p role="alert">{ts('failed')}</p>}
        {data?.length === 0 && <p className="muted">{ts('none')}</p>}
        <ul className="channels">
          {data?.map((channel) => (
            <Tested key={channel.id} channel={channel} department={name(channel.department)} now={now} />
          ))}
        </ul>
      </section>
      {departments && (
        <AddChannel
          key={round}
          departments={departments}
          onAdded={() => client.invalidateQueries({ queryKey: ['channels'] })}
          onAnother={() => setRound(round + 1)}
        />
      )}
    </>
  )
}

function Tested({ channel, department, now }: { channel: Channel; department: string; now: number }) {
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const test = useMutation({ mutationFn: () => rest.test(channel.id), networkMode: 'always' })
  const rekey = useMutation({
    mutationFn: (form: FormData) => {
      const filled = Object.fromEntries([...form].map(([field, value]) => [field, String(value)]))
      return rest.rekey(channel.id, newKeys(channel.kind, filled))
    },
    networkMode: 'always',
    gcTime: 0, // what was pasted is not kept
    onSuccess: () => {
      setOpen(false)
      test.mutate()
      return client.invalidateQueries({ queryKey: ['channels'] })
    },
  })
  const refused = rekey.error ? asRefusal(rekey.error) : undefined
  const fault = test.error ? asRefusal(test.error) : undefined
  return (
    <ChannelRow
      channel={channel}
      department={department}
      now={now}
      busy={test.isPending}
      well={test.data}
      fault={fault && (fault.status === 0 ? t('net.unreachable') : fault.reason)}
      onTest={() => test.mutate()}
      onKeys={() => {
        rekey.reset()
        setOpen(!open)
      }}
      form={
        open && (
          <KeysForm
            slug={channel.slug}
            names={keyNames(channel.kind)}
            busy={rekey.isPending}
            fault={refused && (refused.status === 0 ? t('net.unreachable') : faultWords(refused))}
            field={refused?.problem.field ?? ''}
            onSubmit={(event: FormEvent<HTMLFormElement>) => {
              event.preventDefault()
              if (!rekey.isPending) rekey.mutate(new FormData(event.currentTarget))
            }}
            onCancel={() => setOpen(false)}
          />
        )
      }
    />
  )
}
