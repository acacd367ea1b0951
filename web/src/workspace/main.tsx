import '../shared/tokens.css'
import './style/base.css'
import './style/control.css'
import './style/density.css'
import './style/float.css'
import './style/palette.css'
import './style/rail.css'
import './style/list.css'
import './style/dialogue.css'
import './style/message.css'
import './style/composer.css'
import './style/facts.css'
import './style/link.css'
import './style/login.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { queries } from './page/ask.ts'
import { wearKept } from './page/look.ts'
import { router } from './page/router.tsx'

wearKept()
const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
