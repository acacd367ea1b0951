import { createContext, type ReactNode, type RefObject, use, useCallback, useMemo, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Session } from '../../api/wire.ts'
import { type ActionName, actionNames, actions, type Chooser, type Commands, type Offer } from '../state/action.ts'
import { find } from '../state/find.ts'
import { Palette, type PaletteLine } from '../view/palette.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'
import { useCommands, useKeys } from './keys.ts'

type Choose = (name: ActionName, offer: Offer | undefined) => void

const ChooseContext = createContext<Choose>(() => {})

/** Does what is on offer, after asking what with where it has to be asked. */
export const useChoose = () => use(ChooseContext)

// What a list shows at most; who wants more writes more.
const mostLines = 50
const mostSessions = 5
const mostLooked = 5_000

interface PaletteHolderProps {
  commands: RefObject<Commands>
  /** The sessions that can be gone to. */
  sessions: readonly Session[]
  onSession: (session: Session) => void
  children: ReactNode
}

/** The command palette, over whatever is on the screen: every action, with the keys that do the same (FEATURES D12). */
export function PaletteHolder({ commands, sessions, onSession, children }: PaletteHolderProps) {
  const [open, setOpen] = useState<{ chooser?: Chooser }>()
  const choose = useCallback<Choose>((_, offer) => {
    if (typeof offer === 'function') offer()
    else if (offer?.open) offer.open()
    else if (offer) setOpen({ chooser: offer })
  }, [])
  useCommands(commands, { palette: () => setOpen({}) })
  useKeys(commands, choose)
  // The focus is back where it was before anything is done, so that what is done can move it.
  const close = () => flushSync(() => setOpen(undefined))
  const chooser = open?.chooser
  const linesOf = useMemo(
    () => (query: string) =>
      (chooser ? chosen(chooser, query) : everything(commands.current, sessions, onSession, query)).slice(0, mostLines),
    [chooser, commands, sessions, onSession],
  )
  return (
    <ChooseContext value={choose}>
      {children}
      {open && (
        <Palette
          key={chooser?.title ?? ''}
          title={chooser?.title ?? t('palette.title')}
          placeholder={chooser?.title ?? t('palette.placeholder')}
          none={chooser?.none || t('palette.none')}
          linesOf={linesOf}
          onChoose={(line) => {
            if (line.offer && typeof line.offer !== 'function' && !line.offer.open)
              return setOpen({ chooser: line.offer })
            close()
            if (line.offer) choose(line.name, line.offer)
            else line.run()
          }}
          onBack={chooser ? () => setOpen({}) : undefined}
          onClose={close}
        />
      )}
    </ChooseContext>
  )
}

function chosen(chooser: Chooser, query: string): PaletteLine[] {
  const lines = find(chooser.choices().map(asLine), query)
  const text = query.trim()
  const typed = text && chooser.typed?.(text)
  return typed && !lines.some((line) => line.key === typed.key) ? [...lines, asLine(typed)] : lines
}

const asLine = (choice: ReturnType<Chooser['choices']>[number]): PaletteLine => ({ ...choice, name: 'palette' })

function everything(
  commands: Commands,
  sessions: readonly Session[],
  onSession: (session: Session) => void,
  query: string,
): PaletteLine[] {
  const names = actionNames.filter((name) => commands[name] && name !== 'palette')
  const lines = names.map((name): PaletteLine => {
    const offer = commands[name]
    return { key: name, name, group: t(`group.${actions[name].group}`), words: t(`act.${name}`), offer, run: () => {} }
  })
  if (!query.trim()) return lines
  const choices = names.flatMap((name) => {
    const offer = commands[name]
    if (!offer || typeof offer === 'function') return []
    return offer.choices().map(
      (choice): PaletteLine => ({
        ...choice,
        key: `${name} ${choice.key}`,
        name,
        group: t(`group.${actions[name].group}`),
        words: t('palette.choice', { action: t(`act.${name}`).replace('…', ''), choice: choice.words }),
      }),
    )
  })
  const people = find(
    sessions.slice(0, mostLooked).map((session) => ({ session, words: `${customerName(session)} ${session.number}` })),
    query,
  )
  return [
    ...find([...lines, ...choices], query),
    ...people.slice(0, mostSessions).map(
      ({ session }): PaletteLine => ({
        key: session.id,
        name: 'palette',
        group: t('group.sessions'),
        words: customerName(session),
        hint: t('head.session', { number: `${session.number}` }),
        run: () => onSession(session),
      }),
    ),
  ]
}
