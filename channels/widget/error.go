package widget

import (
	"errors"
	"strconv"
	"time"

	"parley/core"
)

const defaultRetry = time.Second

// refused says to the client why its frame was not accepted; id is the frame's, "" if it has none that could be read.
// Whatever is not a *core.Error is a part that is not there. So is what may have happened: the same again is harmless.
func refused(id string, err error) []byte {
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Kind == core.Uncertain {
		e = &core.Error{Kind: core.Unavailable}
	}
	b := appendMember([]byte(`{"type":"refused"`), "id", id)
	b = appendMember(b, "kind", string(e.Kind))
	b = appendMember(b, "field", fieldOf(e))
	b = appendMember(b, "reason", e.Reason)
	if isPassing(e.Kind) {
		retry := e.RetryAfter
		if retry <= 0 {
			retry = defaultRetry
		}
		ms := (retry + time.Millisecond - 1) / time.Millisecond
		b = strconv.AppendInt(append(b, `,"retry_after_ms":`...), int64(ms), 10)
	}
	return append(b, '}')
}

// isPassing tells whether the same frame may be accepted later.
func isPassing(k core.Kind) bool {
	return k == core.Busy || k == core.Throttled || k == core.Unavailable
}

// fieldOf names the field as this protocol does.
func fieldOf(e *core.Error) string {
	if e.Field == "client_id" {
		return "id"
	}
	return e.Field
}

// isFault tells whether somebody should look why: neither the client's doing nor a queue that is full for a moment.
func isFault(err error) bool {
	switch core.KindOf(err) {
	case core.Unavailable, core.Uncertain, "":
		return true
	}
	return false
}
