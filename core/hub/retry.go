package hub

import "parley/core"

// retry sends a message again. One that may have arrived can so come twice: whoever asks for it has been told.
func (a *act) retry(d core.Retry) error {
	m, err := a.message("message", d.Message)
	if err != nil {
		return err
	}
	if m.State != core.Failed && m.State != core.MaySent {
		return &core.Error{Op: "hub.Retry", Kind: core.Invalid, Field: "message", Reason: "has not failed"}
	}
	m.State, m.Reason = core.Queued, ""
	a.PutMessage(m)
	e := a.event(core.EventDelivery, core.AgentsOnly)
	e.About, e.State, e.Dedupe = m.ID, core.Queued, a.Key()
	a.Append(&a.s, e)
	return a.owe(core.OutSend, m.ID)
}
