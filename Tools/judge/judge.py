"""A second judge, in Python, written from the definition with plain sets.

    judge.py COTERIE [--seeds FIRST-LAST]      random scenarios, made, run and judged again
    judge.py COTERIE FOLDER                    all scenarios of a folder

It runs `coterie fixture run --json` and recomputes every verdict from the events printed there:
admission on each past, the view in strata, forks, owner floor. It keeps nothing between events and
shares no code with the program. Exit 1 and the scenario if any verdict or any role differs.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROLES = ["none", "observer", "member", "moderator", "admin", "owner"]
RANK = {name: rank for rank, name in enumerate(ROLES)}
AUTHORITY = {
    "group.found", "group.profile", "group.preference", "group.welcome", "invite.create",
    "invite.withdraw", "invite.accept", "link.create", "link.role", "link.close", "link.join",
    "member.role", "member.remove", "member.leave", "member.resign"}
NEEDS = {
    "group.profile": 5, "group.preference": 5, "group.welcome": 5, "group.dissolve": 5,
    "history.clear": 5, "member.leave": 1, "member.resign": 1, "member.profile": 1,
    "member.seal": 1, "member.block": 3, "member.unblock": 3, "message.post": 2,
    "message.edit": 2, "message.react": 2, "message.report": 2}
TYPES = {"image": "media", "video": "media", "voice": "voice", "file": "files", "link": "links"}


def seniority(path):
    return (len(path), path)


def reach(role, path, target_role, target_path):
    if role < 3:
        return False
    return role > target_role or (
        role == 5 and target_role == 5 and seniority(path) < seniority(target_path))


class Judge:
    def __init__(self, events, bad_proofs):
        self.events = {event["id"]: event for event in events}
        self.bad_proofs = bad_proofs
        steps = {event["step"]: event["id"] for event in events if event["step"]}
        for event in events:
            for field in ("invite", "message", "reply"):
                if field in event["body"]:
                    event["body"][field] = steps.get(event["body"][field], event["body"][field])
            if event["kind"] in ("link.role", "link.close", "link.join"):
                event["body"]["link"] = steps.get(event["body"]["link"], event["body"]["link"])
        self.past, self.depth = {}, {}
        left = list(events)
        self.order = []
        while left:
            event = next(e for e in left if all(link in self.past for link in self.links(e)))
            left.remove(event)
            links = self.links(event)
            self.past[event["id"]] = frozenset(links).union(*(self.past[link] for link in links))
            self.depth[event["id"]] = 1 + max((self.depth[link] for link in links), default=0)
            self.order.append(event["id"])
        self.template = next(e["body"]["template"] for e in events if e["kind"] == "group.found")
        # The facts of each admission: code, by, role, path, support, need, and what it does.
        self.facts = {}
        self.views = {}
        for identity in self.order:
            self.admit(identity)

    @staticmethod
    def links(event):
        return event["parents"] + ([event["previous"]] if event["previous"] else [])

    def canonical(self, identity):
        return (self.depth[identity], identity)

    def before(self, one, other):
        return one in self.past[other]

    # --- Views ---

    def view(self, held):
        held = frozenset(held)
        if held not in self.views:
            self.views[held] = View(self, held)
        return self.views[held]

    # --- Admission ---

    def admit(self, identity):
        event = self.events[identity]
        kind, body, author = event["kind"], event["body"], event["author"]
        past = self.past[identity]
        fact = {"code": None, "by": None, "role": 0, "path": [], "support": None, "need": 0}
        self.facts[identity] = fact
        if kind == "group.found":
            fact.update(role=5, purpose="found", person=author, gives=5, gives_path=[])
            return
        view = self.view(past)
        role, path, support = view.standing(author)
        named = body.get("invite") or (body.get("link") if kind != "link.create" else None)
        entry = named if named in past and self.facts[named]["code"] is None and \
            self.events[named]["kind"] == ("invite.create" if "invite" in body else "link.create") \
            else None
        message = body.get("message") or body.get("reply")
        message = message if message in past and self.facts[message]["code"] is None and \
            self.events[message]["kind"] == "message.post" else None
        target = body.get("member")
        target_role, target_path, _ = view.standing(target) if target else (0, [], None)
        if kind in ("invite.accept", "link.join"):
            if entry:
                issued = self.facts[entry]
                fact.update(role=issued["role"], path=issued["path"], support=issued["support"],
                            need=issued["need"])
        elif kind != "invite.decline":
            fact.update(role=role, path=path, support=support,
                        need=self.need(kind, body, author, entry, message, target_role))
        fact["code"], fact["by"] = self.refusal(
            identity, view, role, path, entry, message, target, target_role, target_path)
        if fact["code"] is None and kind in AUTHORITY:
            self.purpose(identity, fact, view, entry, target_role, path)

    def need(self, kind, body, author, entry, message, target_role):
        if kind in NEEDS:
            return NEEDS[kind]
        if kind in ("invite.create", "link.create"):
            return 5 if RANK[body["role"]] >= 4 else 4
        if kind in ("invite.withdraw", "link.close", "link.role"):
            if kind == "link.role" and RANK[body["role"]] > 3:
                return 5
            return 1 if entry is None or self.events[entry]["author"] == author else 4
        if kind == "member.role":
            return 5 if max(RANK[body["role"]], target_role) >= 4 else 4
        if kind == "member.remove":
            return 5 if target_role >= 4 else 4
        assert kind == "message.delete", kind
        return 1 if message is None or self.events[message]["author"] == author else 3

    def refusal(self, identity, view, role, path, entry, message, target, target_role, target_path):
        event = self.events[identity]
        kind, body, author = event["kind"], event["body"], event["author"]
        free = kind in ("invite.accept", "invite.decline", "link.join")
        dissolved = view.dissolved_by()
        if dissolved:
            return "group-dissolved", dissolved
        if not free:
            if role == 0:
                return "author-not-member", view.end_of(author)
            too_high = kind in ("link.create", "link.role") and RANK[body["role"]] > 3
            if too_high or role < self.facts[identity]["need"]:
                return "role-too-low", None
            key = {"message.react": "reactions", "message.report": "reports"}.get(kind)
            if kind == "message.post":
                key = TYPES.get(body["type"])
            if key:
                value = view.preference(key)
                if value == "off" or (value in RANK and role < RANK[value]):
                    return "preference-off", None
        if kind in ("member.role", "member.remove", "member.block", "member.unblock"):
            if target == author:
                return "self-change", None
            if target_role == 0:
                return "target-not-member", view.end_of(target)
            if not reach(role, path, target_role, target_path):
                return "target-outranks-author", None
        if kind in ("invite.withdraw", "link.close", "link.role") and entry:
            issuer = self.events[entry]["author"]
            if issuer != author and not reach(role, path, *view.standing(issuer)[:2]):
                return "target-outranks-author", None
        if kind == "message.delete" and message and self.events[message]["author"] != author:
            if not reach(role, path, *view.standing(self.events[message]["author"])[:2]):
                return "target-outranks-author", None
        if kind == "member.role" and RANK[body["role"]] == target_role:
            return "not-a-raise", None
        if kind == "member.resign" and RANK[body["role"]] >= role:
            return "not-a-lowering", None
        if kind in ("member.leave", "member.resign") and self.template == "secret-group":
            owners = [person for person in view.people() if view.standing(person)[0] == 5]
            if owners == [author]:
                return "last-owner", None
        if free and entry:
            refused = self.void(view, kind, entry)
            if refused:
                return refused
            if "invite" in body and self.events[entry]["body"]["invitee"] != author:
                return "invite-not-yours", None
            uses = view.uses(entry)
            allowed = self.allowed(entry)
            if allowed is not None and len(uses) >= allowed:
                return "invite-used-up", uses[-1] if uses else None
        if kind in ("invite.accept", "link.join"):
            if role:
                return "already-member", None
            if kind == "link.join":
                removal = view.unforgiven(author)
                if removal:
                    return "removed-needs-invite", removal
                if entry and identity in self.bad_proofs:
                    return "bad-proof", None
        if kind == "invite.create" and view.standing(body["invitee"])[0]:
            return "already-member", None
        if named_but_absent(kind, body, entry, message):
            return "not-in-past", None
        if kind == "message.edit" and self.events[message]["author"] != author:
            return "not-own-message", None
        if kind in ("message.edit", "message.delete", "message.react", "message.report"):
            deleted = view.deleted_by(message)
            if deleted:
                return "already-deleted", deleted
        if self.template == "secret-chat" and kind in ("invite.create", "link.create"):
            if kind == "link.create" or view.is_full():
                return "chat-is-full", None
        return None, None

    def allowed(self, entry):
        if self.events[entry]["kind"] == "invite.create":
            return 1
        return self.events[entry]["body"].get("uses")

    def void(self, view, kind, entry):
        verdict = view.verdicts[entry]
        if verdict["status"] != "effective":
            return "invite-void", verdict["by"]
        closing = view.closing(entry)
        if closing:
            return "invite-void", closing
        declined = view.declined(entry)
        if declined:
            return "invite-void", declined
        if kind == "invite.decline":
            return None
        issuer = self.events[entry]["author"]
        if view.standing(issuer)[0] >= self.facts[entry]["need"]:
            return None
        if view.standing(issuer)[0] == 0:
            return "invite-void", view.end_of(issuer)
        return "invite-void", view.cut_of(issuer)

    def purpose(self, identity, fact, view, entry, target_role, path):
        event = self.events[identity]
        kind, body = event["kind"], event["body"]
        fact.update(entry=entry, person=body.get("member", event["author"]))
        if kind in ("invite.accept", "link.join"):
            role = RANK[self.events[entry]["body"]["role"]]
            if kind == "link.join":
                role = view.link_role(entry)
            if self.template == "secret-chat":
                role = 5
            issued = self.facts[entry]
            fact.update(purpose="use", gives=role,
                        gives_path=issued["path"] + [self.events[entry]["sequence"]])
        elif kind == "member.role":
            role = RANK[body["role"]]
            if role > target_role:
                fact.update(purpose="raise", gives=role, gives_path=path + [event["sequence"]])
            else:
                fact.update(purpose="lower", to=role)
        elif kind == "member.remove":
            fact.update(purpose="lower", to=0)
        elif kind in ("member.leave", "member.resign"):
            fact.update(purpose="exit", to=RANK[body["role"]] if "role" in body else 0)
        elif kind in ("invite.create", "link.create"):
            fact.update(purpose="entry")
        elif kind in ("invite.withdraw", "link.close"):
            fact.update(purpose="closing")
        else:
            fact.update(purpose="setting")


def named_but_absent(kind, body, entry, message):
    if kind in ("invite.withdraw", "invite.accept", "invite.decline", "link.role", "link.close",
                "link.join"):
        return entry is None
    if kind == "message.post":
        return "reply" in body and message is None
    return "message" in body and message is None


class View:
    """Specification 4.3 for one set of events closed under past."""

    def __init__(self, judge, held):
        self.judge, self.held = judge, held
        self.admitted = [e for e in held if judge.facts[e]["code"] is None]
        self.acts = sorted((e for e in self.admitted if judge.events[e]["kind"] in AUTHORITY),
                           key=judge.canonical)
        self.disowned = self.forks()
        voided = {}
        while True:
            self.passes(voided)
            found = self.voided_uses()
            if found == voided:
                break
            voided = found
        self.count_uses()
        self.floor = None
        self.owner_floor()
        for identity in self.admitted:
            if judge.events[identity]["kind"] not in AUTHORITY:
                self.verdicts[identity] = self.content(identity)

    # Forks

    def forks(self):
        judge, result = self.judge, {}
        chains = {}
        for identity in self.admitted:
            chains.setdefault(judge.events[identity]["author"], []).append(identity)

        def concurrent(one, other):
            return one != other and not judge.before(one, other) and not judge.before(other, one)

        def is_forked(author):
            mine = chains.get(author, [])
            return any(concurrent(one, other) for one in mine for other in mine)

        grants = {}
        for act in self.acts:
            fact = judge.facts[act]
            if fact["purpose"] in ("found", "use", "raise"):
                grants.setdefault(fact["person"], []).append(fact["gives_path"])
        for author in sorted(chains):
            mine = [act for act in self.acts if judge.events[act]["author"] == author]
            if not any(concurrent(one, other) for one in mine for other in mine):
                continue
            others = [p for p in grants if p != author and not is_forked(p)]
            others.sort(key=lambda p: (seniority(min(grants[p], key=seniority)), p))

            def vector(act):
                return [min((judge.events[e]["sequence"] for e in chains.get(p, [])
                             if judge.before(act, e)), default=float("inf")) for p in others]

            kept = []
            for act in sorted(mine, key=lambda a: (vector(a), judge.events[a]["sequence"], a)):
                rival = next((k for k in kept if concurrent(k, act)), None)
                if rival is None:
                    kept.append(act)
                else:
                    result[act] = rival
        return result

    # Strata 1 to 3

    def passes(self, voided):
        judge = self.judge
        self.verdicts, self.power, self.lowerings = {}, {}, []
        owners, others = [], []
        for act in self.acts:
            fact = judge.facts[act]
            if act in self.disowned:
                self.verdicts[act] = verdict("defeated", "equivocation", self.disowned[act])
            elif fact["purpose"] in ("found", "exit"):
                self.register(act, 5)
            elif fact["role"] == 5:
                owners.append(act)
            else:
                others.append(act)
        for act in sorted(owners, key=lambda a: (seniority(judge.facts[a]["path"]),
                                                 judge.canonical(a))):
            if not self.as_owner(act, voided):
                others.append(act)
        for act in sorted(others, key=judge.canonical):
            self.as_admin(act, voided)

    def holder(self, act):
        fact = self.judge.facts[act]
        return self.judge.events[fact["entry"] if fact["purpose"] == "use" else act]["author"]

    def in_effect(self, act):
        return self.verdicts.get(act, {}).get("status") == "effective"

    def as_owner(self, act, voided):
        fact = self.judge.facts[act]
        if act in voided:
            self.verdicts[act] = verdict("defeated", "invite-void", voided[act])
            return True
        if fact["purpose"] == "use" and not self.in_effect(fact["entry"]):
            failed = verdict("defeated", "lost-support", fact["entry"])
        elif not self.in_effect(fact["support"]):
            failed = verdict("defeated", "lost-support", fact["support"])
        else:
            value, cut = self.value(fact["support"], self.holder(act), act)
            if value == 5:
                self.register(act, 5)
                return True
            failed = verdict("defeated", "revoked-concurrently", cut)
        if fact["need"] < 5:
            return False
        self.verdicts[act] = failed
        return True

    def as_admin(self, act, voided):
        fact = self.judge.facts[act]
        if fact["purpose"] == "use" and not self.in_effect(fact["entry"]):
            self.verdicts[act] = verdict("defeated", "lost-support", fact["entry"])
        elif act in voided:
            self.verdicts[act] = verdict("defeated", "invite-void", voided[act])
        elif self.best(self.holder(act), act) >= fact["need"]:
            self.register(act, 4)
        else:
            self.verdicts[act] = self.fallen(fact["support"], self.holder(act), act)

    def fallen(self, support, holder, event):
        if support is None or not self.in_effect(support):
            return verdict("defeated", "lost-support", support)
        return verdict("defeated", "revoked-concurrently", self.value(support, holder, event)[1])

    def grants(self, person):
        return [act for act in self.acts if self.in_effect(act)
                and self.judge.facts[act]["purpose"] in ("found", "use", "raise")
                and self.judge.facts[act]["person"] == person]

    def best(self, person, event):
        return max((self.value(g, person, event)[0] for g in self.grants(person)
                    if self.judge.before(g, event)), default=0)

    def register(self, act, power):
        judge = self.judge
        fact = judge.facts[act]
        if fact["purpose"] == "lower":
            beyond = []
            for grant in self.grants(fact["person"]):
                if judge.before(act, grant):
                    continue
                value, _ = self.value(grant, fact["person"], act)
                path = judge.facts[grant]["gives_path"]
                if value > fact["to"] and not reach(power, fact["path"], value, path):
                    beyond.append((-value, seniority(path), judge.canonical(grant), grant))
            if beyond:
                self.verdicts[act] = verdict("overridden", "concurrent-higher-grant",
                                             min(beyond)[3])
                return
        self.verdicts[act] = verdict("effective")
        self.power[act] = power
        if fact["purpose"] in ("lower", "exit"):
            self.lowerings.append(act)

    def value(self, grant, person, event, skip_own=False):
        """What a grant is worth at an event, or at the end, and the last lowering that cut it."""
        judge = self.judge
        value, cut = judge.facts[grant]["gives"], None
        path = judge.facts[grant]["gives_path"]

        def own(lowering):
            return judge.events[lowering]["author"] == person

        mine = [x for x in self.lowerings if judge.facts[x]["person"] == person]
        mine.sort(key=lambda x: (not own(x),) + (
            judge.canonical(x) if own(x) else
            (-self.power[x], seniority(judge.facts[x]["path"]), judge.canonical(x))))
        for x in mine:
            if judge.before(x, grant) or (event and judge.before(event, x)):
                continue
            if own(x):
                if skip_own or (event and judge.events[event]["author"] == person):
                    continue
                fact = judge.facts[event] if event else {}
                if fact.get("purpose") == "use" and self.holder(event) == person \
                        and judge.before(x, fact["entry"]):
                    continue
            elif not reach(self.power[x], judge.facts[x]["path"], value, path):
                continue
            if judge.facts[x]["to"] < value:
                value, cut = judge.facts[x]["to"], x
        return value, cut

    def voided_uses(self):
        voided = {}
        closings = [act for act in self.acts if self.in_effect(act)
                    and self.judge.facts[act]["purpose"] == "closing"]
        for act in self.acts:
            fact = self.judge.facts[act]
            if fact["purpose"] == "use" and act not in self.disowned:
                unseen = [c for c in closings if self.judge.facts[c]["entry"] == fact["entry"]
                          and not self.judge.before(act, c)]
                if unseen:
                    voided[act] = min(unseen, key=self.judge.canonical)
        return voided

    # Strata 4 to 6

    def uses(self, entry):
        return [act for act in self.acts if self.in_effect(act)
                and self.judge.facts[act]["purpose"] == "use"
                and self.judge.facts[act]["entry"] == entry]

    def count_uses(self):
        for entry in self.acts:
            if self.judge.facts[entry]["purpose"] != "entry":
                continue
            allowed = self.judge.allowed(entry)
            uses = self.uses(entry)
            if allowed is not None:
                for act in uses[allowed:]:
                    last = uses[allowed - 1] if allowed else None
                    self.verdicts[act] = verdict("defeated", "invite-used-up", last)

    def people(self):
        return sorted({self.judge.facts[act]["person"] for act in self.acts
                       if self.judge.facts[act]["purpose"] in ("found", "use", "raise")})

    def ranked(self, person, skip_own=False):
        found = []
        for grant in self.grants(person):
            value, cut = self.value(grant, person, None, skip_own)
            path = self.judge.facts[grant]["gives_path"]
            if value:
                found.append((-value, seniority(path), self.judge.canonical(grant), grant, cut))
        return sorted(found, key=lambda f: f[:3])

    def standing(self, person):
        if getattr(self, "floor", None) and self.floor["person"] == person:
            return 5, self.judge.facts[self.floor["grant"]]["gives_path"], self.floor["grant"]
        ranked = self.ranked(person)
        if not ranked:
            return 0, [], None
        best = ranked[0]
        return -best[0], best[1][1], best[3]

    def cut_of(self, person):
        ranked = self.ranked(person)
        return ranked[0][4] if ranked else None

    def owner_floor(self):
        judge = self.judge
        if judge.template != "secret-group":
            return
        if any(self.standing(person)[0] == 5 for person in self.people()):
            return
        candidates = []
        for person in self.people():
            lost = [g for g in self.grants(person)
                    if self.value(g, person, None, True)[0] == 5]
            if not lost:
                continue
            grant = min(lost, key=lambda g: seniority(judge.facts[g]["gives_path"]))
            exits = [x for x in self.lowerings if judge.facts[x]["purpose"] == "exit"
                     and judge.facts[x]["person"] == person and not judge.before(x, grant)]
            exits.sort(key=judge.canonical)
            if exits:
                candidates.append({"person": person, "grant": grant, "exits": exits})
        last = [c for c in candidates
                if not any(judge.before(c["exits"][0], o["exits"][0]) for o in candidates)]
        if last:
            self.floor = min(last, key=lambda c: seniority(judge.facts[c["grant"]]["gives_path"]))
            for act in self.floor["exits"]:
                self.verdicts[act] = verdict("held-back", "owner-floor")

    # Stratum 7, and what admission asks of a view

    def content(self, identity):
        event = self.judge.events[identity]
        fact = self.judge.facts[identity]
        if event["kind"] == "invite.decline":
            invite = event["body"]["invite"]
            if self.in_effect(invite):
                return verdict("effective")
            return verdict("defeated", "lost-support", invite)
        if self.best(event["author"], identity) >= fact["need"]:
            return verdict("effective")
        return self.fallen(fact["support"], event["author"], identity)

    def first(self, events):
        events = [e for e in events if self.verdicts[e]["status"] == "effective"]
        return min(events, key=self.judge.canonical, default=None)

    def of_kind(self, *kinds):
        return [e for e in self.admitted if self.judge.events[e]["kind"] in kinds]

    def dissolved_by(self):
        kinds = ["group.dissolve"]
        if self.judge.template == "secret-chat":
            kinds += ["member.leave", "invite.decline"]
        return self.first(self.of_kind(*kinds))

    def closing(self, entry):
        return self.first([a for a in self.acts if self.judge.facts[a]["purpose"] == "closing"
                           and self.judge.facts[a]["entry"] == entry])

    def declined(self, entry):
        return self.first([e for e in self.of_kind("invite.decline")
                           if self.judge.events[e]["body"]["invite"] == entry])

    def deleted_by(self, message):
        judge = self.judge
        author = judge.events[message]["author"]
        found = [e for e in self.of_kind("message.delete")
                 if judge.events[e]["body"]["message"] == message]
        found += [e for e in self.of_kind("history.clear") if judge.before(message, e)]
        found += [e for e in self.of_kind("member.remove")
                  if judge.events[e]["body"].get("erase") and judge.before(message, e)
                  and judge.events[e]["body"]["member"] == author]
        return self.first(found)

    def removals(self, person):
        mine = [x for x in self.lowerings if self.judge.facts[x]["person"] == person
                and self.judge.events[x]["kind"] == "member.remove"]
        return sorted(mine, key=lambda x: (
            -self.power[x], seniority(self.judge.facts[x]["path"]), self.judge.canonical(x)))

    def end_of(self, person):
        grants = self.grants(person)
        if not grants:
            return None
        newest = max(grants, key=self.judge.canonical)
        for removal in self.removals(person):
            if not self.judge.before(removal, newest):
                return removal
        return self.value(newest, person, None)[1]

    def unforgiven(self, person):
        grants = self.grants(person)
        for removal in self.removals(person):
            if not any(self.judge.before(removal, g) for g in grants):
                return removal
        return None

    def newest_write(self, writes):
        writes = [w for w in writes if self.in_effect(w)]
        newest = [w for w in writes if not any(self.judge.before(w, o) for o in writes)]
        return min(newest, default=None, key=lambda w: (
            -self.judge.facts[w]["role"], seniority(self.judge.facts[w]["path"]),
            self.judge.canonical(w)))

    def preference(self, key):
        events = self.judge.events
        writes = [a for a in self.acts if events[a]["kind"] == "group.found"
                  or (events[a]["kind"] == "group.preference" and events[a]["body"]["key"] == key)]
        body = events[self.newest_write(writes)]["body"]
        return body["value"] if "value" in body else body["preferences"][key]

    def link_role(self, entry):
        writes = [entry] + [a for a in self.acts if self.judge.events[a]["kind"] == "link.role"
                            and self.judge.facts[a]["entry"] == entry]
        winner = self.newest_write(writes)
        return RANK[self.judge.events[winner or entry]["body"]["role"]]

    def is_full(self):
        if sum(1 for person in self.people() if self.standing(person)[0]) >= 2:
            return True
        return any(self.in_effect(e) and not self.closing(e) and not self.declined(e)
                   for e in self.acts if self.judge.facts[e]["purpose"] == "entry")


def verdict(status, code=None, by=None):
    return {"status": status, "code": code, "by": by}


def root(view, found):
    if found["status"] not in ("defeated", "overridden"):
        return None
    last = found["by"]
    while found["code"] == "lost-support" and found["by"]:
        last = found["by"]
        found = view.verdicts[last]
    return found["by"] or last


def check(scenario, bad_steps=()):
    """The differences between the program's verdicts and this judge's, in words."""
    names = {event["id"]: event["step"] or event["id"] for event in scenario["events"]}
    bad = {event["id"] for event in scenario["events"] if event["step"] in bad_steps}
    judge = Judge(scenario["events"], bad)
    view = judge.view(judge.events)
    differences = []
    for identity in judge.order:
        fact = judge.facts[identity]
        mine = view.verdicts.get(identity) or verdict("rejected", fact["code"], fact["by"])
        theirs = scenario["view"]["verdicts"][names[identity]]
        expected = {
            "status": mine["status"], "code": mine["code"],
            "by": names.get(mine["by"]), "root": names.get(root(view, mine)),
            "standing": {"role": ROLES[fact["role"]], "path": fact["path"]}
            if fact["role"] else None,
            "need": ROLES[fact["need"]] if fact["need"] else None,
            "support": names.get(fact["support"]),
        }
        for field, value in expected.items():
            if theirs[field] != value:
                differences.append(f"{names[identity]}.{field}: {value} against {theirs[field]}")
    members = {p: ROLES[view.standing(p)[0]] for p in view.people() if view.standing(p)[0]}
    if members != scenario["view"]["members"]:
        differences.append(f"members: {members} against {scenario['view']['members']}")
    return differences


# --- Random scenarios ---

PEOPLE = ["ann", "bob", "cat", "dan", "eve", "fox"]


def make(seed):
    """A random scenario of forced steps, each after some of those before it.

    Mostly members act on members, often without having seen the last steps, so that rights are
    taken and given concurrently; now and then a stranger acts, or a step follows from anywhere.
    """
    rng = random.Random(seed)
    chat = rng.random() < 0.06
    inside = ["bob", "cat", "dan"][:rng.randint(1, 3)]
    members = {"bob": "owner"} if chat else \
        {name: rng.choice(["owner", "owner", "admin", "admin", "moderator", "member"])
         for name in inside}
    base = "accept:" + list(members)[-1]
    steps, made = [], {"invite": [], "link": [], "message": []}
    for place in range(rng.randint(3, 12)):
        author = rng.choice(PEOPLE) if rng.random() < 0.2 else rng.choice(["ann", *members])
        step = {"id": f"s{place}", "as": author}
        step.update(act(rng, author, list(members), made))
        recent = [s["id"] for s in steps[-4:]] or [base]
        luck = rng.random()
        if luck < 0.55:
            step["after"] = [base]
        elif luck < 0.85:
            step["after"] = rng.sample(recent, rng.randint(1, min(2, len(recent))))
        else:
            step["after"] = recent
        named = step.get("invite") or step.get("link") or step.get("message")
        if named and rng.random() < 0.85:
            step["after"] = [*step["after"], named]
        mine = [s["id"] for s in steps if s["as"] == author]
        if mine and rng.random() < 0.85:
            step["after"] = [*step["after"], mine[-1]]
        steps.append(step)
        for kind in ("invite", "link"):
            if step["do"] == f"{kind}.create":
                made[kind].append((step["id"], step.get("invitee")))
        if step["do"] == "message.post":
            made["message"].append(step["id"])
    group = {"founder": "ann", "members": members}
    if chat:
        group["template"] = "secret-chat"
    return {"scenario": 1, "title": f"seed {seed}", "group": group, "steps": steps + [{"sync": "all"}]}


def act(rng, author, members, made):
    other = rng.choice(["ann", *members]) if rng.random() < 0.85 else rng.choice(PEOPLE)
    outsider = rng.choice(["eve", "fox"]) if rng.random() < 0.85 else rng.choice(PEOPLE)
    role = rng.choice(ROLES[1:])
    mine = [i for i, invitee in made["invite"] if invitee == author]
    if mine and rng.random() < 0.5:
        return {"do": rng.choice(["invite.accept"] * 5 + ["invite.decline"]), "invite": mine[-1]}
    choices = [
        lambda: {"do": "member.role", "member": other, "role": role},
        lambda: {"do": "member.role", "member": other, "role": role},
        lambda: {"do": "member.role", "member": other, "role": rng.choice(["admin", "owner"])},
        lambda: {"do": "member.remove", "member": other, "erase": rng.random() < 0.5},
        lambda: {"do": rng.choice(["member.leave", "member.seal"])},
        lambda: {"do": "member.resign", "role": rng.choice(ROLES[1:4])},
        lambda: {"do": "invite.create", "invitee": outsider, "role": role},
        lambda: {"do": "invite.create", "invitee": outsider, "role": role},
        lambda: {"do": "link.create", "role": rng.choice(ROLES[1:5]),
                 **({"uses": rng.randint(0, 2)} if rng.random() < 0.6 else {})},
        lambda: {"do": "group.preference", "key": "voice",
                 "value": rng.choice(["on", "off", "admin"])},
        lambda: {"do": "message.post", "type": rng.choice(["text", "voice"]), "text": "x"},
        lambda: {"do": "message.post", "text": "y"},
        lambda: {"do": rng.choice(["group.dissolve", "history.clear", "group.profile"]), "name": "n"},
        lambda: {"do": rng.choice(["member.block", "member.unblock"]), "member": other},
    ]
    if made["invite"]:
        invite, invitee = rng.choice(made["invite"])
        choices += [lambda: {"do": "invite.withdraw", "invite": invite}]
        choices += [lambda: {"do": "invite.accept", "invite": invite, "as": invitee}] * 6
    if made["link"]:
        link = rng.choice(made["link"])[0]
        choices += [lambda: {"do": "link.join", "link": link, "as": outsider}] * 5
        choices += [lambda: {"do": "link.join", "link": link, "as": outsider, "proof": "bad"},
                    lambda: {"do": "link.close", "link": link},
                    lambda: {"do": "link.role", "link": link, "role": role}]
    if made["message"]:
        message = rng.choice(made["message"])
        choices += [lambda: {"do": "message.delete", "message": message},
                    lambda: {"do": "message.edit", "message": message, "text": "z"},
                    lambda: {"do": "message.react", "message": message},
                    lambda: {"do": "message.report", "message": message, "text": "r"}]
    step = rng.choice(choices)()
    if step["do"] not in ("group.profile",):
        step.pop("name", None)
    return step


def run(program, folder, orders):
    output = subprocess.run([program, "fixture", "run", folder, "--json", "--orders", str(orders)],
                            capture_output=True, check=False, text=True)
    return json.loads(output.stdout)["result"]


def main(arguments):
    program = arguments[0]
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(arguments[1]) if arguments[1:2] and arguments[1] != "--seeds" else None
        if folder is None:
            folder = pathlib.Path(made)
            first, last = (arguments[2] if arguments[1:2] else "1-200").split("-")
            for seed in range(int(first), int(last) + 1):
                (folder / f"{seed}.json").write_text(json.dumps(make(seed)), encoding="utf-8")
        result = run(program, str(folder), 2)
        events = bad = 0
        for scenario in result["scenarios"]:
            source = json.loads(pathlib.Path(scenario["file"]).read_text(encoding="utf-8"))
            if not scenario["passed"]:
                print(f"{scenario['file']}: {scenario['failures']}")
                bad += 1
                continue
            proofs = [s["id"] for s in source.get("steps", []) if s.get("proof") == "bad"]
            differences = check(scenario, proofs)
            events += len(scenario["events"])
            if differences:
                bad += 1
                print(f"{scenario['file']}: {'; '.join(differences[:4])}")
                if bad <= 2:
                    print(json.dumps(source))
        print(f"{len(result['scenarios'])} scenarios, {events} events, {bad} differ")
        return 1 if bad or not events else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
