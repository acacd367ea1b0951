import type { Brought, Media } from '../../api/wire.ts'

/** The largest file that is taken, in bytes. */
export const largestFile = 25 * 1024 * 1024

/** How many files a message may have. */
export const mostFiles = 20

const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** Whether something that came with a message is shown as a picture: the server gives all else to be saved only. */
export const isPicture = ({ url, type }: Media): boolean => url !== undefined && shown.has(type ?? '')

/** What a message will show of a file that was brought. */
export const mediaOf = ({ id, name, kind, type, size }: Brought): Media => ({
  kind,
  name,
  type,
  size,
  file: id,
  state: 'ready',
  url: `/api/v1/files/${id}`,
})
