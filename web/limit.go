package web

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"

	"parley/core"
)

// How many sign-ins may fail: at once, and then evenly spread over the period. An e-mail's limit keeps its password from
// being guessed; a place's, wider because whole offices share one, keeps one password from being tried on many.
const (
	failPeriod    = 10 * time.Minute
	failsPerEmail = 10
	failsPerPlace = 100
	limitedKeys   = 65536 // least recently used are forgotten first
)

// limits counts failed sign-ins, in memory.
type limits struct{ email, place *throttled.GCRARateLimiterCtx }

func newLimits() (*limits, error) {
	limiter := func(fails int) (*throttled.GCRARateLimiterCtx, error) {
		kept, err := memstore.NewCtx(limitedKeys)
		if err != nil {
			return nil, fmt.Errorf("make the store of limits: %w", err)
		}
		return throttled.NewGCRARateLimiterCtx(kept, throttled.RateQuota{
			MaxRate: throttled.PerDuration(fails, failPeriod), MaxBurst: fails - 1,
		})
	}
	email, err := limiter(failsPerEmail)
	if err != nil {
		return nil, err
	}
	place, err := limiter(failsPerPlace)
	if err != nil {
		return nil, err
	}
	return &limits{email, place}, nil
}

// attempt is one sign-in that counts as failed until it is forgiven: so as many at once as one likes are no way around
// the limit.
type attempt struct {
	limits       *limits
	email, place string
}

// try counts a sign-in; Throttled when there were too many, with the time until the next one.
func (l *limits) try(ctx context.Context, email, address string) (attempt, error) {
	a := attempt{l, core.HashToken(core.Secret(email)), placeOf(address)}
	if err := take(ctx, l.place, a.place); err != nil {
		return a, err
	}
	if err := take(ctx, l.email, a.email); err != nil {
		_, _, _ = l.place.RateLimitCtx(ctx, a.place, -1) // what is not tried does not count twice
		return a, err
	}
	return a, nil
}

func take(ctx context.Context, l *throttled.GCRARateLimiterCtx, key string) error {
	limited, state, err := l.RateLimitCtx(ctx, key, 1)
	if err != nil { // many at once for one key: it could not be counted
		return &core.Error{Op: "web.limits", Kind: core.Throttled, RetryAfter: time.Second, Err: err}
	}
	if limited {
		return &core.Error{Op: "web.limits", Kind: core.Throttled, RetryAfter: state.RetryAfter,
			Reason: "Too many sign-ins failed. Wait before you try again."}
	}
	return nil
}

// forgive takes the count back.
func (a attempt) forgive(ctx context.Context) {
	_, _, _ = a.limits.email.RateLimitCtx(ctx, a.email, -1) // at worst it counts
	_, _, _ = a.limits.place.RateLimitCtx(ctx, a.place, -1)
}

// placeOf is what counts as one place: an address, of IPv6 the /64 that one household has.
func placeOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
