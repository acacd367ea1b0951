import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Link, LinkCode, Links } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { type LinkKind, linkCommand, linkedSince } from '../state/link.ts'
import { millis } from '../state/time.ts'
import { LinkDialog } from '../view/link.tsx'
import { t } from '../words/t.ts'
import { linksQuery } from './ask.ts'
import { useNow } from './clock.ts'
import { refusalWords } from './deed.ts'

const none: readonly Link[] = []
const lookEvery = 2_000
const anew = { staleTime: 0, retry: false, networkMode: 'always' } as const

/** A code, and the links as they were before it. */
interface Made {
  code: LinkCode
  before: readonly Link[]
}

/** Lets an agent connect accounts of their own, and sees when one is connected. */
export function Linking({ kind, onClose }: { kind: LinkKind; onClose: () => void }) {
  const client = useQueryClient()
  const now = useNow(1000)
  const [copied, setCopied] = useState<'copied' | 'uncopied'>()
  const code = useMutation({
    mutationFn: async (): Promise<Made> => {
      const { items } = await client.fetchQuery({ ...linksQuery, ...anew })
      return { before: items, code: await rest.linkCode() }
    },
    networkMode: 'always',
  })
  const made = code.data
  const left = made ? millis(made.code.expires_at) - now : 0
  const connected = (links: Links | undefined) => made !== undefined && linkedSince(made.before, links?.items ?? none)
  const { data } = useQuery({
    ...linksQuery,
    refetchInterval: ({ state }) => (left > 0 && !connected(state.data) ? lookEvery : false),
  })
  const links = (data?.items ?? none).filter((link) => link.kind === kind)
  const unlink = useMutation({
    mutationFn: (link: string) =>
      rest.unlink(link).catch((error: unknown) => {
        if (asRefusal(error).status !== 404) throw error // else it has gone meanwhile
      }),
    networkMode: 'always',
    onSuccess: () => client.invalidateQueries({ queryKey: linksQuery.queryKey }),
  })

  // Who has no account yet came for a code.
  const [begun, setBegun] = useState(links.length > 0)
  const ask = () => {
    setBegun(true)
    setCopied(undefined)
    unlink.reset()
    code.mutate()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    if (!begun) ask()
  }, [])

  const done = connected(data)
  const fault = code.error ?? unlink.error
  return (
    <LinkDialog
      kind={kind}
      links={links}
      now={now}
      command={made && left > 0 && !done ? { text: linkCommand(kind, made.code.code), left } : undefined}
      busy={code.isPending || !begun}
      told={
        done
          ? t('link.connected', { kind: t(`source.${kind}`) })
          : made && left <= 0
            ? t('link.ended')
            : copied === 'copied'
              ? t('link.copied')
              : ''
      }
      fault={fault ? refusalWords(asRefusal(fault)) : copied === 'uncopied' ? t('link.uncopied') : ''}
      onCode={ask}
      onCopy={(text) => copy(text).then(setCopied)}
      onUnlink={(link) => {
        if (unlink.isPending) return
        if (done) code.reset() // it was used, and what shows that goes now
        unlink.mutate(link)
      }}
      onClose={onClose}
    />
  )
}

// copy answers whether it could: browsers have no clipboard for pages on plain http.
async function copy(text: string): Promise<'copied' | 'uncopied'> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    return 'uncopied'
  }
}
