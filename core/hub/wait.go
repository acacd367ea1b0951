package hub

import (
	"context"
	"maps"

	"parley/core"
	"parley/core/store"
)

// Waits gives what those are told who wait, whose session may be in another department than their channel: one read of the head of each queue. How
// many operators serve it is written down where that has changed.
func (h *Hub) Waits(ctx context.Context) (map[core.Talk]core.Wait, error) {
	told := map[core.Talk]core.Wait{}
	departments, err := h.store.AllDepartments(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := h.store.AllSettings(ctx)
	if err != nil {
		return nil, err
	}
	receiving, err := h.store.Receiving(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range departments {
		line, err := h.store.Line(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if n := receiving[d.ID]; n != d.ServedBy && len(line) > 0 {
			if d, err = h.man(ctx, d.ID, n); err != nil {
				return nil, err
			}
		}
		maps.Copy(told, settings(d.ID).Queue.Waits(line, d.Pace, core.At(h.clock())))
	}
	return told, nil
}

// man writes down how many operators serve a department's queue.
func (h *Hub) man(ctx context.Context, id core.DepartmentID, agents int64) (d core.Department, err error) {
	_, err = h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Department(id) },
		Do: func(w *store.Work) (err error) {
			if d, err = w.Department(id); err != nil || d.ServedBy == agents {
				return err
			}
			d.Man(agents, w.Now())
			w.PutDepartment(d)
			return nil
		},
	})
	return d, err
}
