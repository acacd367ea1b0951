/** Imports a module once. After a failure the next call tries again. */
export function fetched<T>(url: URL): () => Promise<T> {
  let module: Promise<T> | undefined
  let again = ''
  return () => {
    module ??= (import(/* @vite-ignore */ url.href + again) as Promise<T>).catch((error) => {
      module = undefined
      // Some browsers remember that a module could not be fetched.
      again = `?${Date.now()}`
      throw error
    })
    return module
  }
}
