package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"golang.org/x/sync/errgroup"

	"parley/core"
)

const (
	holdTime    = 50 * time.Second // what Telegram waits at most
	graceTime   = 15 * time.Second // for its answer after that
	maxUpdates  = 100              // in one answer
	maxAtOnce   = 16               // conversations
	otherPause  = 10 * time.Second // while another program reads: never fight over them
	longestTime = time.Minute      // between two tries
)

// allowed are the updates that we want. The list is always sent, because the last one holds until there is another.
var allowed = []string{
	models.AllowedUpdateMessage, models.AllowedUpdateEditedMessage, models.AllowedUpdateMessageReaction, models.AllowedUpdateMyChatMember,
	models.AllowedUpdateCallbackQuery,
}

type getUpdates struct {
	Offset         int64    `json:"offset,omitempty"`
	Limit          int      `json:"limit"`
	Timeout        int      `json:"timeout"` // seconds
	AllowedUpdates []string `json:"allowed_updates"`
}

// poll asks for updates until ctx ends. The offset, by which Telegram forgets what is before it, moves over updates that are stored.
func (a *Adapter) poll(ctx context.Context) error {
	err := a.persist(ctx, func() error { // Telegram refuses to be asked while there is a webhook
		return a.api.call(ctx, callTime, "deleteWebhook", &bot.DeleteWebhookParams{}, nil)
	})
	if err != nil || ctx.Err() != nil {
		return err
	}
	a.trouble("", nil)
	var offset int64
	for ctx.Err() == nil {
		var updates []update
		hold := a.hold
		err := a.persist(ctx, func() (err error) {
			updates, err = a.updates(ctx, offset, hold)
			hold = 0 // after a failure, know at once whether all is well again
			return err
		})
		if err != nil || ctx.Err() != nil {
			return err
		}
		a.trouble("", nil)
		if len(updates) == 0 {
			// Everything before the offset is forgotten now. After a week of silence Telegram may number anew, and lower.
			offset = 0
			continue
		}
		if !a.storeAll(ctx, updates) {
			return nil
		}
		offset = updates[len(updates)-1].id + 1
		a.received()
	}
	return nil
}

// updates asks for updates, and waits for them. It gives them in order.
func (a *Adapter) updates(ctx context.Context, offset int64, hold time.Duration) ([]update, error) {
	if err := a.pace.Wait(ctx); err != nil {
		return nil, &failure{method: "getUpdates", err: err}
	}
	var raw []json.RawMessage
	params := getUpdates{Offset: offset, Limit: maxUpdates, Timeout: int(hold / time.Second), AllowedUpdates: allowed}
	if err := a.api.call(ctx, hold+graceTime, "getUpdates", params, &raw); err != nil {
		return nil, err
	}
	updates := make([]update, len(raw))
	for i, r := range raw {
		var err error
		if updates[i], err = parse(r); err != nil {
			return nil, &failure{method: "getUpdates", left: true, status: http.StatusOK, err: err}
		}
	}
	slices.SortFunc(updates, func(x, y update) int { return cmp.Compare(x.id, y.id) })
	return updates, nil
}

// persist calls until it works or ctx ends, with pauses, and tells of trouble meanwhile; the caller tells when all is well. The error is
// one that does not pass.
func (a *Adapter) persist(ctx context.Context, call func() error) error {
	for failures := int64(0); ctx.Err() == nil; failures++ {
		err := call()
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			return nil
		}
		e := asked("telegram.Run", err)
		pause := min(core.Pause(failures, a.chance()), longestTime)
		switch e.Kind {
		case core.Unavailable, core.Throttled:
			pause = max(pause, e.RetryAfter)
		case core.Taken:
			pause = max(pause, otherPause)
		default:
			return e
		}
		a.trouble(e.Reason, err)
		wait(ctx, pause)
	}
	return nil
}

// storeAll stores updates: those of one conversation one after the other, different conversations at once. False: ctx has ended.
func (a *Adapter) storeAll(ctx context.Context, updates []update) bool {
	lanes := map[core.RemoteID][]heard{}
	var order []core.RemoteID
	for _, u := range updates {
		h := receive(a.config.Channel, u)
		lane := h.Conversation
		if lanes[lane] == nil {
			order = append(order, lane)
		}
		lanes[lane] = append(lanes[lane], h)
	}
	var group errgroup.Group
	group.SetLimit(maxAtOnce)
	for _, lane := range order {
		group.Go(func() error {
			for _, h := range lanes[lane] {
				if err := a.storePatiently(ctx, h); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait() == nil
}
