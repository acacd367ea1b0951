import type { ReactNode, RefObject } from 'react'
import type { Session } from '../../api/wire.ts'
import type { ActionName } from '../state/action.ts'
import type { Offers } from '../state/right.ts'
import { t } from '../words/t.ts'
import { blockWords } from './block.tsx'
import { Icon } from './icon.tsx'
import { Avatar, customerName } from './person.tsx'
import { StateWord } from './sign.tsx'
import { snoozeWords } from './snooze.ts'

type DeedName = 'take' | 'join' | 'leave' | 'assign' | 'release' | 'end'

interface HeadProps {
  session: Session
  me: string
  offers: Offers
  /** How the customer is kept out now. */
  blocked: Session['blocked']
  /** A deed that is on its way: no other can be begun. */
  busy: boolean
  back: ReactNode
  /** The menu that hangs under the buttons. */
  menu: ReactNode
  menuOpen: 'assign' | 'more' | 'record' | undefined
  /** The button that creates records, where there is something to create. */
  record: { place: RefObject<HTMLButtonElement | null>; several: boolean } | undefined
  /** Whether what is known of the customer can be shown and hidden. */
  facts: boolean
  onDeed: (name: ActionName) => void
  onMore: () => void
}

/** What stands above the dialogue: who it is with, and what can be done. */
export function Head(props: HeadProps) {
  const { session, me, offers, blocked, busy, back, menu, menuOpen, facts: hasFacts, onDeed, onMore } = props
  const { record } = props
  const { assignee, number, messages, priority, tags } = session
  const held = assignee && (assignee.id === me ? t('head.mine') : t('head.held', { name: assignee.name }))
  const facts = [
    blocked && t('head.blocked', { how: blockWords(blocked) }),
    t('head.session', { number: `${number}` }),
    t('head.messages', { count: messages }),
    held,
    snoozeWords(session),
    priority !== 'normal' && t('head.priority', { priority: t(`priority.${priority}`) }),
    tags.join(', '),
  ]
  const button = (name: DeedName, kind: 'primary' | 'rare' | '' = '', children: ReactNode = null) =>
    offers[name] && (
      <button
        type="button"
        className={`button ${kind}`}
        disabled={busy}
        data-deed={name}
        onClick={() => onDeed(name)}
        {...(name === 'assign' ? { 'aria-haspopup': 'menu', 'aria-expanded': menuOpen === 'assign' } : {})}
      >
        {name === 'end' && <Icon name="check" size={14} />}
        {t(`act.${name}`)}
        {children}
      </button>
    )
  return (
    <header className="head">
      {back}
      <Avatar name={customerName(session)} size="l" source={session.channel.kind} />
      <div className="head-text">
        <div className="head-title">
          <h1 className="cut" tabIndex={-1}>
            {customerName(session)}
          </h1>
          <StateWord state={session.state} />
          {record && (
            <button
              type="button"
              className="button tiny head-record"
              ref={record.place}
              disabled={busy}
              data-deed="record"
              aria-label={t('head.record.label', { name: customerName(session) })}
              onClick={() => onDeed('record')}
              {...(record.several ? { 'aria-haspopup': 'menu', 'aria-expanded': menuOpen === 'record' } : {})}
            >
              <Icon name="clipboard" size={14} />
              <span>{t('head.record')}</span>
            </button>
          )}
        </div>
        <p className="head-sub cut">{facts.filter(Boolean).join(' · ')}</p>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons of a head, not fields of a form */}
      <div className="head-deeds" role="group" aria-label={t('head.actions')}>
        <span className="head-buttons">
          {button('take', 'primary')}
          {button('join', offers.end ? '' : 'primary')}
          {button('assign', '', <Icon name="chevron-down" size={14} />)}
          {button('leave', 'rare')}
          {button('release', 'rare')}
          {button('end', offers.take ? '' : 'primary')}
        </span>
        {hasFacts && (
          <button
            type="button"
            className="icon-button head-facts"
            title={t('act.facts')}
            aria-label={t('act.facts')}
            onClick={() => onDeed('facts')}
          >
            <Icon name="panel" />
          </button>
        )}
        {(offers.assign || offers.triage) && (
          <button
            type="button"
            className="icon-button head-more"
            aria-label={t('deed.more')}
            aria-haspopup="menu"
            aria-expanded={menuOpen !== undefined}
            onClick={onMore}
          >
            <Icon name="ellipsis" size={20} />
          </button>
        )}
        {menu}
      </div>
    </header>
  )
}
