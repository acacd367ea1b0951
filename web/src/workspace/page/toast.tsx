import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react'

interface Toast {
  id: number
  text: string
}

const stays = 5_000

const SayContext = createContext<(text: string) => void>(() => {})

/** Says in a word what came of a deed; goes by itself. */
export const useToast = () => use(SayContext)

const ToastContext = createContext<Toast | undefined>(undefined)

/** Holds the newest toast for the pane that shows it. */
export function ToastHolder({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<Toast>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const say = useCallback((text: string) => {
    clearTimeout(timer.current)
    setToast({ id: Date.now(), text })
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
  return (
    <div className="toast-place" role="status">
      {toast && (
        <p key={toast.id} className="toast">
          {toast.text}
        </p>
      )}
    </div>
  )
}
