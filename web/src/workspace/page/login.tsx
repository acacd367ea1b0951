import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useRef, useState } from 'react'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { span } from '../state/time.ts'
import { FaultLine } from '../view/ends.tsx'
import { Icon } from '../view/icon.tsx'
import { t } from '../words/t.ts'
import { queries } from './ask.ts'

/** Where one signs in, and goes on to where one wanted to be. */
export function LoginPage() {
  const { next, ended } = useSearch({ from: '/login' })
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [missing, setMissing] = useState(false)
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => rest.login(email, password),
    networkMode: 'always',
    onSuccess: () => {
      queries.clear()
      navigate({ to: inside(next), replace: true })
    },
    onError: () => form.current?.querySelector<HTMLInputElement>('[name=password]')?.select(),
  })

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const email = String(data.get('email') ?? '').trim()
    const password = String(data.get('password') ?? '')
    const empty = email === '' || password === ''
    setMissing(empty)
    if (!empty) mutate({ email, password })
    else reset()
  }

  const fault = missing ? t('login.missing') : error ? faultWords(error) : ''
  return (
    <main className="login">
      <form className="login-card" ref={form} onSubmit={submit} noValidate aria-labelledby="login-title">
        <span className="logo large">
          <Icon name="messages-square" size={20} />
        </span>
        <h1 id="login-title">{t('login.title')}</h1>
        {ended && <p className="login-hint">{t('login.ended')}</p>}
        <label>
          <span>{t('login.email')}</span>
          {/* biome-ignore lint/a11y/noAutofocus: the page has one purpose, and it begins here */}
          <input name="email" type="email" autoComplete="username" autoFocus aria-invalid={fault !== ''} />
        </label>
        <label>
          <span>{t('login.password')}</span>
          <input name="password" type="password" autoComplete="current-password" aria-invalid={fault !== ''} />
        </label>
        <FaultLine says={fault} className="login-fault" />
        <button type="submit" className="button primary" disabled={isPending}>
          {t(isPending ? 'login.busy' : 'login.submit')}
        </button>
      </form>
    </main>
  )
}

function faultWords(error: Error): string {
  const { status, reason, retryAfter } = asRefusal(error)
  if (status === 0) return t('login.unreachable')
  if (status === 401 || status === 422) return t('login.wrong')
  if (status === 429) return t('login.throttled', { wait: span(retryAfter ?? 60_000) })
  return t('login.failed', { reason })
}

/** A path within the workspace; anything else leads to the inbox. */
export function inside(next: string | undefined): string {
  return next && /^\/(inbox|sessions|records|settings)(\/|$)/.test(next) ? next : '/inbox'
}
