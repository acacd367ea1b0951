import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Me, RecordType, Session } from '../../api/wire.ts'
import type { Offer } from '../state/action.ts'
import { t } from '../words/t.ts'
import { typesQuery } from './ask.ts'
import type { NewRecord } from './newrecord.tsx'
import { useToast } from './toast.tsx'

/** Creating records from a session: what is offered, where its department has a type, and the form while it is open (FEATURES F1). */
export function useRecording(session: Session, me: Me): { offer: Offer | undefined; dialog: ReactNode } {
  const say = useToast()
  const { data } = useQuery(typesQuery)
  const [open, setOpen] = useState<{ type: RecordType; Form: typeof NewRecord }>()
  const types = data?.filter(({ department, use }) => department === session.department && use === 'record') ?? []
  // The form comes when it is asked for first.
  const ask = (type: RecordType) =>
    import('./newrecord.tsx').then(
      ({ NewRecord: Form }) => setOpen({ type, Form }),
      () => say(t('done.unreachable')),
    )
  const [only] = types
  const several: Offer = {
    title: t('record.label'),
    none: t('record.none'),
    choices: () => types.map((type) => ({ key: type.id, words: type.name, run: () => ask(type) })),
  }
  return {
    offer: only && (types.length === 1 ? () => ask(only) : several),
    dialog: open && <open.Form session={session} me={me} type={open.type} onClose={() => setOpen(undefined)} />,
  }
}
