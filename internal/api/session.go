package api

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/identity"
)

const signInPath = "/api/session"

func (s *Server) registerSession() {
	const tag = "Session"
	register(s, post(signInPath, "signIn", tag, "Sign in", public).
		described("Sets the session's cookie. The answer to an unknown e-mail address and to a wrong password is the same."), s.signIn)
	register(s, remove(signInPath, "signOut", tag, "Sign out", inSession), s.signOut)
	register(s, remove("/api/sessions", "signOutEverywhere", tag, "Sign out on every device", inSession), s.signOutEverywhere)
	register(s, get("/api/me", "getMe", tag, "Who is signed in, and what they may do", signedIn), s.getMe)
	register(s, patch("/api/me", "updateMe", tag, "Change one's own settings", inSession), s.updateMe)
	register(s, post("/api/me/password", "changePassword", tag, "Change one's own password", inSession).
		status(204).described("Every other session of this person ends."), s.changePassword)
}

// me is who is signed in.
type me struct {
	User         identity.User         `json:"user"`
	Organisation identity.Organisation `json:"organisation"`
	Permissions  []identity.Permission `json:"permissions" doc:"What the role may do; with an API key, of that what the key may."`
	CSRFToken    string                `json:"csrfToken" doc:"Goes into the header X-CSRF-Token of every request that is not a GET."`
}

func (s *Server) me(ctx context.Context, session identity.Session) (me, error) {
	user, organisation, err := s.deps.Identity.Me(ctx)
	if err != nil {
		return me{}, err
	}
	return me{User: user, Organisation: organisation, Permissions: session.Permissions(), CSRFToken: session.CSRFToken}, nil
}

type signInRequest struct {
	Email    string `json:"email" maxLength:"320"`
	Password string `json:"password" maxLength:"1000"`
}

type signInInput struct {
	Token     string `cookie:"waymark_session" hidden:"true"`
	UserAgent string `header:"User-Agent" hidden:"true"`
	Body      signInRequest
}

type withCookie[T any] struct {
	SetCookie string `header:"Set-Cookie"`
	Body      T
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*withCookie[me], error) {
	token, session, err := s.deps.Identity.SignIn(ctx,
		identity.Credentials{Email: in.Body.Email, Password: in.Body.Password},
		identity.Origin{Address: clientFrom(ctx), UserAgent: in.UserAgent})
	if err != nil {
		return nil, err
	}
	if in.Token != "" { // whoever was signed in here is no longer
		if err := s.deps.Identity.SignOut(ctx, in.Token); err != nil {
			return nil, err
		}
	}
	who, err := s.me(s.actAs(ctx, session), session)
	if err != nil {
		return nil, err
	}
	return &withCookie[me]{SetCookie: s.setCookie(token), Body: who}, nil
}

type cookieCleared struct {
	SetCookie string `header:"Set-Cookie"`
}

type sessionInput struct {
	Token string `cookie:"waymark_session" hidden:"true"`
}

func (s *Server) signOut(ctx context.Context, in *sessionInput) (*cookieCleared, error) {
	if err := s.deps.Identity.SignOut(ctx, in.Token); err != nil {
		return nil, err
	}
	return &cookieCleared{SetCookie: s.clearCookie()}, nil
}

func (s *Server) signOutEverywhere(ctx context.Context, _ *none) (*cookieCleared, error) {
	if err := s.deps.Identity.SignOutEverywhere(ctx); err != nil {
		return nil, err
	}
	return &cookieCleared{SetCookie: s.clearCookie()}, nil
}

func (s *Server) getMe(ctx context.Context, _ *none) (*answer[me], error) {
	session, _ := identity.SessionFrom(ctx)
	return respond(s.me(ctx, session))
}

type updateMeRequest struct {
	Name         string                   `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Language     field[identity.Language] `json:"language,omitzero"`
	StartPoint   field[orb.Point]         `json:"startPoint,omitzero"`
	StartAddress *string                  `json:"startAddress,omitempty" maxLength:"500"`
	WorkStart    string                   `json:"workStart,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"08:00"`
	WorkEnd      string                   `json:"workEnd,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"17:00"`
	LunchMinutes *int                     `json:"lunchMinutes,omitempty" minimum:"0" maximum:"180"`
}

func (s *Server) updateMe(ctx context.Context, in *struct{ Body updateMeRequest }) (*answer[me], error) {
	b := in.Body
	change := identity.OwnChange{
		StartAddress: b.StartAddress, LunchMinutes: b.LunchMinutes,
		Name: given(b.Name), WorkStart: given(b.WorkStart), WorkEnd: given(b.WorkEnd),
		Language: b.Language.change(), StartPoint: b.StartPoint.change(),
	}
	if err := s.deps.Identity.UpdateMe(ctx, change); err != nil {
		return nil, err
	}
	return s.getMe(ctx, nil)
}

// given is nil for a text that was not sent.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

type changePasswordRequest struct {
	Current string `json:"current" maxLength:"1000"`
	New     string `json:"new" maxLength:"1000" doc:"At least 10 characters."`
}

func (s *Server) changePassword(ctx context.Context, in *struct{ Body changePasswordRequest }) (*none, error) {
	return respondNone(s.deps.Identity.ChangePassword(ctx, in.Body.Current, in.Body.New))
}
