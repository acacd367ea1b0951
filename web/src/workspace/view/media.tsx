import type { Media } from '../../api/wire.ts'
import { sizeWords } from '../state/size.ts'
import { t } from '../words/t.ts'
import { Icon, type IconName } from './icon.tsx'

const icons = {
  photo: 'image',
  video: 'video',
  voice: 'mic',
  audio: 'music',
  file: 'file',
  sticker: 'smile',
  location: 'map-pin',
  contact: 'user',
  other: 'file',
} as const satisfies Record<string, IconName>

const kindOf = ({ kind }: Media): keyof typeof icons => (kind in icons ? (kind as keyof typeof icons) : 'other')

/** What something that came with a message is called: by its own name, else by its kind. */
export const mediaName = (media: Media): string => media.name || t(`media.${kindOf(media)}`)

/** What came with a message, by name and size. */
export function MediaLines({ media }: { media: readonly Media[] }) {
  const seen = new Map<string, number>()
  return media.map((one) => {
    const name = mediaName(one)
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    return (
      <span key={`${name}${times}`} className="media">
        <Icon name={icons[kindOf(one)]} />
        <span className="cut" title={name}>
          {name}
        </span>
        {one.size ? <span className="media-size">· {sizeWords(one.size)}</span> : null}
      </span>
    )
  })
}
