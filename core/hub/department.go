package hub

import (
	"context"

	"parley/core"
	"parley/core/store"
)

// AddDepartment adds a department; its slug is made from the name if it is "". Invalid if something is wrong or in use.
func (h *Hub) AddDepartment(ctx context.Context, name, slug, zone string) (core.Department, error) {
	if err := core.CheckName("name", name); err != nil {
		return core.Department{}, err
	}
	if slug == "" {
		slug = core.Slug(name)
	}
	if err := core.CheckSlug("slug", slug); err != nil {
		return core.Department{}, err
	}
	if err := core.CheckZone(zone); err != nil {
		return core.Department{}, err
	}
	known, err := h.store.AllDepartments(ctx)
	if err != nil {
		return core.Department{}, err
	}
	for _, d := range known {
		if d.Name == name {
			return d, inUse(nil, "name")
		}
		if d.Slug == slug {
			return d, inUse(nil, "slug")
		}
	}
	now := core.At(h.clock())
	d := core.Department{ID: core.DepartmentID(h.ids.Next(now)), Slug: slug, Name: name, Zone: zone, CreatedAt: now, Switch: core.Switch{SwitchedOn: true}}
	by := h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		all, err := w.Settings(0)
		if err != nil {
			return err
		}
		d.Own, d.Distributes = !all.Sight.Colleagues, all.Distribution.Automatic()
		w.AddDepartment(d)
		w.Audit(core.AuditEntry{
			Hand: by, Action: core.AuditDepartmentAdded, Subject: core.AuditedDepartment, SubjectID: d.ID.String(),
			Changes: core.ChangesOf(nil, map[string]string{"name": d.Name, "slug": d.Slug, "zone": d.Zone}).Text(),
		})
		w.Tell(settings(core.Event{Kind: core.EventDepartmentChanged, Department: d.ID}))
		return nil
	}})
	return d, err
}
