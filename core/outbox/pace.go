package outbox

import (
	"time"

	"golang.org/x/time/rate"

	"parley/core"
)

// maxBuckets bounds how many buckets are remembered; those that are full again are forgotten first.
const maxBuckets = 10_000

// pace is how fast a channel may be spoken to: one bucket of tokens for each conversation, and one for all.
type pace struct {
	rate    core.Rate
	whole   *bucket
	buckets map[string]*bucket
}

// bucket is a rate, and a stop that the network has ordered.
type bucket struct {
	limit *rate.Limiter
	until time.Time
}

func newPace(c core.Capabilities) *pace {
	return &pace{rate: c.ConversationRate, whole: newBucket(c.ChannelRate), buckets: map[string]*bucket{}}
}

func newBucket(r core.Rate) *bucket {
	if r.Calls == 0 {
		return &bucket{limit: rate.NewLimiter(rate.Inf, 1)}
	}
	return &bucket{limit: rate.NewLimiter(rate.Every(r.Per/time.Duration(r.Calls)), max(r.Burst, 1))}
}

// of gives a bucket by name.
func (p *pace) of(name string, now time.Time) *bucket {
	b := p.buckets[name]
	if b == nil {
		if len(p.buckets) >= maxBuckets {
			p.forget(now)
		}
		b = newBucket(p.rate)
		p.buckets[name] = b
	}
	return b
}

// forget drops the buckets that are as if new.
func (p *pace) forget(now time.Time) {
	for name, b := range p.buckets {
		if !now.Before(b.until) && b.limit.TokensAt(now) >= float64(b.limit.Burst()) {
			delete(p.buckets, name)
		}
	}
}

// wait is how long it is until there is a token.
func (b *bucket) wait(now time.Time) time.Duration {
	if now.Before(b.until) {
		return b.until.Sub(now)
	}
	r := b.limit.ReserveN(now, 1)
	defer r.CancelAt(now)
	return r.DelayFrom(now)
}

// take takes a token that is there.
func (b *bucket) take(now time.Time) { b.limit.AllowN(now, 1) }

// stop closes the bucket for a time.
func (b *bucket) stop(until time.Time) {
	if until.After(b.until) {
		b.until = until
	}
}
