import { useState } from 'react'
import type { Media } from '../../api/wire.ts'
import { isPicture } from '../state/file.ts'
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

/** What came with a message: pictures as such, all else by name and size, to be saved where it can be. */
export function MediaList({ media }: { media: readonly Media[] }) {
  const seen = new Map<string, number>()
  const album = media.filter(isPicture).length > 1
  return (
    <span className={album ? 'medias album' : 'medias'}>
      {media.map((one) => {
        const name = one.file ?? mediaName(one)
        const times = seen.get(name) ?? 0
        seen.set(name, times + 1)
        return <One key={`${name}${times}`} media={one} />
      })}
    </span>
  )
}

function One({ media }: { media: Media }) {
  const [broken, setBroken] = useState(false)
  const fault = faultOf(media)
  return (
    <span className="media-place">
      {isPicture(media) && !broken ? (
        <Picture media={media} onBroken={() => setBroken(true)} />
      ) : (
        <Line media={media} />
      )}
      {fault && (
        <span className={`media-fault ${media.sent === 'uncertain' ? 'uncertain' : ''}`}>
          <Icon name="circle-alert" size={14} />
          {fault}
        </span>
      )}
    </span>
  )
}

// faultOf says what is wrong with one of the files of a message.
function faultOf({ state, sent, reason = '' }: Media): string | undefined {
  if (state === 'refused') return t('media.refused', { reason })
  if (sent === 'failed') return t('media.failed', { reason })
  return sent === 'uncertain' ? t('media.uncertain') : undefined
}

// Picture has its room before it has come, so that nothing moves when it does.
function Picture({ media, onBroken }: { media: Media; onBroken: () => void }) {
  const name = mediaName(media)
  return (
    <a
      className="picture"
      href={media.url}
      target="_blank"
      rel="noopener"
      aria-label={t('media.open', { name })}
      title={name}
    >
      <img src={media.url} alt={name} loading="lazy" decoding="async" draggable={false} onError={onBroken} />
    </a>
  )
}

function Line({ media }: { media: Media }) {
  const { url, state, size } = media
  const name = mediaName(media)
  const inside = (
    <>
      {state === 'pending' ? <span className="spinner" /> : <Icon name={icons[kindOf(media)]} />}
      <span className="cut" title={name}>
        {name}
      </span>
      {size ? <span className="media-size">· {sizeWords(size)}</span> : null}
      {state === 'pending' && <span className="media-size">· {t('media.pending')}</span>}
    </>
  )
  if (!url) return <span className="media">{inside}</span>
  return (
    <a
      className="media saved"
      href={url}
      download={name}
      aria-label={t('media.save', { name, size: sizeWords(size ?? 0) })}
    >
      {inside}
      <Icon name="download" />
    </a>
  )
}
