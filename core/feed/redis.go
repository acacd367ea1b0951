package feed

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"parley/core"
)

const (
	redisTime  = time.Second     // for one call
	redisQuiet = 3 * time.Second // after so long without a word Redis is asked whether it is there
	redisPause = 200 * time.Millisecond
	maxPeal    = 1 << 20 // bytes; a longer one is none of ours
)

// Redis is the bell of nodes in many processes: one channel of Redis, on which what is said is heard by those who listen just then, and
// kept nowhere. While Redis is away nothing is heard; when it is back, what waited is told, and whoever listens again looks everywhere once.
type Redis struct {
	client  *redis.Client
	channel string
	node    string // marks what this node rings: Redis brings it back
	hear    func(Peal)
	log     *slog.Logger

	rung chan struct{} // one slot: there is something to tell, or not

	mu    sync.Mutex
	waits Peal // to be told
}

func init() { redis.SetLogger(silence{}) } // what matters comes back as an error, and is told of once

// silence is a log of go-redis that says nothing.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// CheckRedis says whether an address is one of a Redis. The error is Invalid and repeats nothing: there may be a password in it.
func CheckRedis(url string) error {
	_, err := redisOptions(url)
	return err
}

func redisOptions(url string) (*redis.Options, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, &core.Error{Op: "feed.Redis", Kind: core.Invalid, Field: "redis_url", Reason: "must be like redis://HOST:PORT, or rediss:// for TLS"}
	}
	return o, nil
}

// NewRedis makes a node's bell. The installation's key keeps apart what several installations ring on one Redis. hear is told what other
// nodes ring, by one goroutine at a time; it must not block. Nothing is heard or told before Run.
func NewRedis(url string, key core.Key, hear func(Peal), log *slog.Logger) (*Redis, error) {
	o, err := redisOptions(url)
	if err != nil {
		return nil, err
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.ContextTimeoutEnabled = redisTime, redisTime, redisTime, true
	o.DialerRetries, o.PoolSize = 1, 4
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Redis{
		client: redis.NewClient(o), channel: "parley:bell:" + core.HashToken(key.Derive("bell").Text())[:16], node: rand.Text(),
		hear: hear, log: log, rung: make(chan struct{}, 1),
	}, nil
}

// spoken is a peal on its way.
type spoken struct {
	Node string `json:"node"`
	Peal
}

// Ring keeps a peal for the next message to Redis, with all others that have come by then.
func (b *Redis) Ring(p Peal) {
	b.mu.Lock()
	b.waits.join(p)
	b.mu.Unlock()
	select {
	case b.rung <- struct{}{}:
	default:
	}
}

// Run listens and tells until ctx ends. What was rung by then is still told, if Redis is there.
func (b *Redis) Run(ctx context.Context) error {
	var listening sync.WaitGroup
	listening.Go(func() { b.listen(ctx) })
	for failed := false; ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			continue
		case <-b.rung:
		}
		err := b.tell(ctx)
		if err != nil {
			if !failed && ctx.Err() == nil {
				b.log.WarnContext(ctx, "Redis takes no news; other nodes find them by looking", "error", err)
			}
			b.pause(ctx)
			b.Ring(Peal{}) // what waits is tried again
		}
		failed = err != nil
	}
	_ = b.tell(context.WithoutCancel(ctx)) // the others look by themselves
	listening.Wait()
	if err := b.client.Close(); err != nil {
		return fmt.Errorf("close the bell: %w", err)
	}
	return nil
}

// tell says what waits. What could not be said waits on, but for hints: they would be late.
func (b *Redis) tell(ctx context.Context) error {
	b.mu.Lock()
	p := b.waits
	b.waits = Peal{}
	b.mu.Unlock()
	if p.empty() {
		return nil
	}
	text, err := json.Marshal(spoken{b.node, p})
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	call, cancel := context.WithTimeout(ctx, redisTime)
	defer cancel()
	if err = b.client.Publish(call, b.channel, text).Err(); err != nil {
		p.Hints = nil
		b.mu.Lock()
		b.waits.join(p)
		b.mu.Unlock()
	}
	return err
}

// pause lets some time pass before Redis is tried again.
func (*Redis) pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(redisPause):
	}
}

// listen hears what is told until ctx ends. An outage is logged once.
func (b *Redis) listen(ctx context.Context) {
	lost := false
	for {
		err := b.subscribe(ctx, func() {
			if lost {
				b.log.InfoContext(ctx, "Redis is back")
			}
			lost = false
		})
		if ctx.Err() != nil {
			return
		}
		if !lost {
			b.log.WarnContext(ctx, "Redis does not answer; other nodes' news come by looking", "error", err)
			lost = true
		}
		b.pause(ctx)
	}
}

// subscribe listens on a connection of its own until that breaks. What was told before is lost, so it begins with a look everywhere.
func (b *Redis) subscribe(ctx context.Context, begun func()) error {
	sub := b.client.Subscribe(ctx, b.channel)
	closed := context.AfterFunc(ctx, func() { _ = sub.Close() }) // a read does not end with its context
	defer func() {
		if closed() {
			_ = sub.Close() // it is broken already
		}
	}()
	asked := false
	for {
		said, err := sub.ReceiveTimeout(ctx, redisQuiet)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && !asked {
			asked, err = true, sub.Ping(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		asked = false
		switch said := said.(type) {
		case *redis.Subscription:
			begun()
			b.hear(Peal{All: true})
		case *redis.Message:
			b.take(said.Payload)
		}
	}
}

// take hands on what another node said. Anything else on the channel is ignored.
func (b *Redis) take(text string) {
	var s spoken
	if len(text) > maxPeal || json.Unmarshal([]byte(text), &s) != nil || s.Node == b.node {
		return
	}
	b.hear(s.Peal)
}
