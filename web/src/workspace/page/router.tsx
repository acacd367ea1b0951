import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { InboxPage } from './inbox.tsx'
import { LoginPage } from './login.tsx'

// The server answers these addresses, and no others, with the workspace: shell in web/asset.go.
const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => null,
  beforeLoad: ({ location }) => {
    if (
      !/^\/(login|inbox|sessions|records|settings\/(channels|records|rules|systems|hooks))(\/|$)/.test(
        location.pathname,
      )
    )
      throw redirect({ to: '/inbox', replace: true })
  },
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: LoginPage,
  validateSearch: (search): { next?: string; ended?: true } => ({
    ...(typeof search.next === 'string' ? { next: search.next } : {}),
    ...(search.ended ? { ended: true } : {}),
  }),
})

// The inbox stays as it is while one goes from list to list: its children have a place in the address only.
const inbox = createRoute({ getParentRoute: () => root, path: '/inbox', component: InboxPage })
const start = createRoute({ getParentRoute: () => inbox, path: '/' })
const list = createRoute({ getParentRoute: () => inbox, path: '$department/$list/{-$session}' })

const session = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$session',
  component: lazyRouteComponent(() => import('./session.tsx'), 'SessionPage'),
})

const channels = createRoute({
  getParentRoute: () => root,
  path: '/settings/channels',
  component: lazyRouteComponent(() => import('./channels.tsx'), 'ChannelsPage'),
})

const types = createRoute({
  getParentRoute: () => root,
  path: '/settings/records',
  component: lazyRouteComponent(() => import('./types.tsx'), 'TypesPage'),
})

const rules = createRoute({
  getParentRoute: () => root,
  path: '/settings/rules',
  component: lazyRouteComponent(() => import('./rules.tsx'), 'RulesPage'),
})

const systems = createRoute({
  getParentRoute: () => root,
  path: '/settings/systems',
  component: lazyRouteComponent(() => import('./systems.tsx'), 'SystemsPage'),
})

const hooks = createRoute({
  getParentRoute: () => root,
  path: '/settings/hooks',
  component: lazyRouteComponent(() => import('./hooks.tsx'), 'HooksPage'),
})

const records = createRoute({
  getParentRoute: () => root,
  path: '/records/{-$record}',
  component: lazyRouteComponent(() => import('./records.tsx'), 'RecordsPage'),
  validateSearch: (search): { type?: string; state?: 'owed' | 'kept' | 'parked'; q?: string } => ({
    ...(typeof search.type === 'string' ? { type: search.type } : {}),
    ...(search.state === 'owed' || search.state === 'kept' || search.state === 'parked' ? { state: search.state } : {}),
    ...(typeof search.q === 'string' ? { q: search.q } : {}),
  }),
})

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    session,
    channels,
    types,
    rules,
    systems,
    hooks,
    records,
    inbox.addChildren([start, list]),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
