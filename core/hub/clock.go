package hub

import (
	"context"

	"parley/core"
	"parley/core/store"
)

// keepTime has all departments looked at when this node begins: nobody knows when they should be. Where the clock was set back, also while nobody ran, it
// brings what the clock had told before back to now, and has all open sessions looked at too. Many small steps back count as one.
func (h *Hub) keepTime(ctx context.Context) error {
	now := core.At(h.clock())
	begins, back := h.looked == 0, now < h.looked.Add(-core.Skew)
	if !begins && !back {
		h.looked = max(h.looked, now)
		return nil
	}
	newest, err := h.store.Newest(ctx)
	if err != nil {
		return err
	}
	done := false
	if back = back || newest > now.Add(core.Skew); back {
		if done, err = h.setBack(ctx, now, newest); err != nil {
			return err
		}
	}
	if begins || done {
		if err := h.wakeAll(ctx, done); err != nil {
			return err
		}
	}
	if h.behind = back && !done; h.behind { // it is asked again until the clocks agree
		h.looked = max(h.looked, newest)
		return nil
	}
	h.looked = now
	return nil
}

// setBack brings back what lies ahead. False: this machine's clock is behind the database's, so it may be wrong, and changes nothing.
func (h *Hub) setBack(ctx context.Context, now, newest core.Time) (bool, error) {
	at, err := h.store.DatabaseTime(ctx)
	if err != nil {
		return false, err
	}
	if now < at.Add(-core.Skew) {
		if h.behind {
			return false, nil
		}
		h.log.WarnContext(ctx, "this machine's clock is behind the database's: what is due is left to other nodes", "behind", at.Sub(now).String())
		return false, nil
	}
	h.log.WarnContext(ctx, "the clock was set back", "by", max(newest, h.looked).Sub(now).String())
	return true, h.store.SetBack(ctx, now, newest)
}

// wakeAll has all departments looked at now, and all open sessions if they are to be.
func (h *Hub) wakeAll(ctx context.Context, sessions bool) error {
	all, err := h.store.AllDepartments(ctx)
	if err != nil {
		return err
	}
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.WakeDepartments()
		for _, d := range all {
			if sessions {
				w.WakeOpen(d.ID)
			}
		}
		return nil
	}})
	return err
}
