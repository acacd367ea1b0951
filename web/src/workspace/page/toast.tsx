import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react'

/** What can be done about what a toast says, until it goes. */
interface Act {
  words: string
  run: () => void
}

interface Toast {
  id: number
  text: string
  act: Act | undefined
}

const stays = 5_000

const SayContext = createContext<(text: string, act?: Act) => void>(() => {})

/** Says in a word what came of a deed; goes by itself. */
export const useToast = () => use(SayContext)

const ToastContext = createContext<Toast | undefined>(undefined)

/** Holds the newest toast for the pane that shows it. */
export function ToastHolder({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<Toast>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const say = useCallback((text: string, act?: Act) => {
    clearTimeout(timer.current)
    setToast({ id: Date.now(), text, act })
    timer.current = setTimeout(() => setToast(undefined), stays)
  }, [])
  return (
    <SayContext value={say}>
      <ToastContext value={toast}>{children}</ToastContext>
    </SayContext>
  )
}

/** Where toasts appear. The place is always there, so that what comes into it is read out. */
export function ToastPlace() {
  const toast = use(ToastContext)
  const [done, setDone] = useState(0)
  return (
    <div className="toast-place" role="status">
      {toast && toast.id !== done && (
        <p key={toast.id} className="toast">
          {toast.text}
          {toast.act && (
            <button
              type="button"
              onClick={() => {
                setDone(toast.id)
                toast.act?.run()
              }}
            >
              {toast.act.words}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
