import '../style/form.css'
import '../style/settings.css'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Me } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { Icon } from '../view/icon.tsx'
import { ts } from '../words/settings.ts'
import { t } from '../words/t.ts'
import { meQuery } from './ask.ts'

const pages = ['channels', 'records', 'rules', 'systems', 'hooks'] as const

interface SettingsProps {
  at: (typeof pages)[number]
  children: (me: Me) => ReactNode
}

/** A page of the settings, for admins; who is none is told so. */
export function Settings({ at, children }: SettingsProps) {
  return (
    <Page path={`/settings/${at}`} title={ts(`page.${at}`)}>
      {(me) =>
        me.admin ? (
          <>
            <nav className="settings-nav" aria-label={ts('pages')}>
              {pages.map((page) => (
                <Link key={page} to={`/settings/${page}`}>
                  {ts(`page.${page}`)}
                </Link>
              ))}
            </nav>
            {children(me)}
          </>
        ) : (
          <p>{ts(`admins.${at}`)}</p>
        )
      }
    </Page>
  )
}

interface PageProps {
  /** Where who is signed out comes back to. */
  path: string
  title: string
  /** What stands at the end of the head. */
  end?: ReactNode
  wide?: boolean
  children: (me: Me) => ReactNode
}

/** A page beside the inbox, for whoever is signed in. */
export function Page({ path, title, end, wide, children }: PageProps) {
  const { data: me, error } = useQuery(meQuery)
  if (error && asRefusal(error).signedOut) return <Navigate to="/login" search={{ next: path }} replace />
  return (
    <div className="settings">
      <header className="settings-head">
        <Link to="/inbox" className="icon-button" aria-label={ts('back')}>
          <Icon name="arrow-left" size={20} />
        </Link>
        <h1>{title}</h1>
        {end}
      </header>
      <main className={wide ? 'settings-body wide' : 'settings-body'}>
        {error ? <p role="alert">{t('net.unreachable')}</p> : me ? children(me) : <p role="status">{t('loading')}</p>}
      </main>
    </div>
  )
}
