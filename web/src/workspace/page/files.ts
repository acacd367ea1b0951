import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Brought } from '../../api/wire.ts'
import type { Refusal } from '../live/refusal.ts'
import type { Upload } from '../live/upload.ts'
import { largestFile, mostFiles } from '../state/file.ts'
import type { Chip } from '../view/chip.tsx'
import { t } from '../words/t.ts'
import { useLive, useShown } from './live.tsx'

/** The files of a session's draft, and what can be done with them. */
export interface Files {
  brought: readonly Brought[]
  chips: readonly Chip[]
  /** Why something that was chosen is not among them. */
  refused: string | undefined
  add: (files: readonly File[]) => void
  remove: (key: string) => void
  retry: (key: string) => void
}

/** Follows the files of a session's draft: what is with the server, and what is on its way there. */
export function useFiles(session: string): Files {
  const live = useLive()
  const { drafts, uploads } = useShown()
  const [refused, setRefused] = useState<string>()
  const brought = drafts[session]?.files ?? []
  const coming = uploads.filter((upload) => upload.session === session)
  const add = (files: readonly File[]) => {
    const fitting = files.filter((file) => file.size > 0 && file.size <= largestFile)
    const taken = fitting.slice(0, Math.max(0, mostFiles - brought.length - coming.length))
    setRefused(refusedWords(files, fitting.length - taken.length))
    if (taken.length > 0) live.uploads.add(session, taken)
  }
  return {
    brought,
    chips: [...brought.map(chipOf), ...coming.map(comingChip)],
    refused,
    add,
    remove: (key) => {
      setRefused(undefined)
      live.uploads.drop(key)
      live.drafts.put(session, { files: brought.filter(({ id }) => id !== key) })
    },
    retry: (key) => live.uploads.retry(key),
  }
}

// refusedWords says which of the files are not taken, and why.
function refusedWords(files: readonly File[], tooMany: number): string | undefined {
  const large = files.find((file) => file.size > largestFile)
  if (large) return t('file.large', { name: large.name, limit: largestFile >> 20 })
  const empty = files.find((file) => file.size === 0)
  if (empty) return t('file.empty', { name: empty.name })
  return tooMany > 0 ? t('file.many', { limit: mostFiles }) : undefined
}

const chipOf = ({ id, name, size, kind }: Brought): Chip => ({ key: id, name, size, picture: kind === 'photo' })

function comingChip({ key, name, size, part, failed }: Upload): Chip {
  const chip = { key, name, size, part, picture: false }
  return failed ? { ...chip, failed: failedWords(failed), again: failed.passing || failed.signedOut } : chip
}

const failedWords = ({ status, reason }: Refusal): string => (status === 0 ? t('file.unreachable') : reason)

const carries = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/**
 * Takes files that are dropped over a place; `over` while they hover there. Dropped anywhere else they do nothing: the
 * browser would show them in the workspace's stead.
 */
export function useDrop(place: RefObject<HTMLElement | null>, onFiles: ((files: readonly File[]) => void) | undefined) {
  const [over, setOver] = useState(false)
  const take = useRef(onFiles)
  useEffect(() => {
    take.current = onFiles
  })
  useEffect(() => {
    const inside = ({ target }: DragEvent) =>
      take.current !== undefined && target instanceof Node && (place.current?.parentElement?.contains(target) ?? false)
    const onDragOver = (event: DragEvent) => {
      if (!carries(event)) return
      event.preventDefault()
      if (event.dataTransfer) event.dataTransfer.dropEffect = inside(event) ? 'copy' : 'none'
      setOver(inside(event))
    }
    const onLeave = (event: DragEvent) => event.relatedTarget === null && setOver(false)
    const onDrop = (event: DragEvent) => {
      if (!carries(event)) return
      event.preventDefault()
      setOver(false)
      if (inside(event)) take.current?.([...(event.dataTransfer?.files ?? [])])
    }
    document.addEventListener('dragover', onDragOver)
    document.addEventListener('dragleave', onLeave)
    document.addEventListener('drop', onDrop)
    return () => {
      document.removeEventListener('dragover', onDragOver)
      document.removeEventListener('dragleave', onLeave)
      document.removeEventListener('drop', onDrop)
    }
  }, [place])
  return over
}
