
## Branches

branches-intro = The places of business of your organization. Their public ID goes into the address of a call:
branches-none = No branches yet
branches-none-what = Data belongs to a branch. Without one, apps reach nothing.
branches-opened = Opened on
branches-closed = closed on
branches-apps = { $count ->
    [0] No app reaches it
    [1] 1 app reaches it
   *[other] { $count } apps reach it
}
branches-how = Whoever looks after this service opens, renames and closes branches:

## Members

members-intro = Who belongs to your organization, and what each may do.
members-how = Whoever looks after this service adds members:
member-oneself = you
member-locked-out = Locked out
member-since = Member since
member-branches = Limited to:
member-no-branch = no branch
member-change = Change
member-change-of = Change { $name }
member-role = Role
member-role-button = Change the role
member-remove = Remove from the organization
member-remove-what = From that moment he or she sees and does nothing here any more. What he or she let apps do here ends too, and their tokens with it.
member-remove-button = Remove
member-last-owner = An organization keeps at least one owner who is not limited to some branches. Make somebody else an owner first.
role-owner = Owner
role-owner-may = Does everything, and chooses other owners.
role-admin = Admin
role-admin-may = Manages apps, consents and members, but not owners.
role-member = Member
role-member-may = Sees the organization, and lets apps act for him or her.
role-viewer = Viewer
role-viewer-may = Sees the organization, and lets apps read for him or her.
person-forgotten = a forgotten person

## Consents

consents-intro = What people let apps do for them here. Withdrawing ends it at once: their tokens stop working.
consents-intro-own = What you let apps do for you here. Withdrawing ends it at once.
consents-none = No consents
consents-none-what = When somebody lets an app act for him or her, it is shown here.
consents-foreign = of another organization
consents-withdraw-of = Withdraw what { $name } lets { $app } do
consents-done = Withdrawn. The app can do nothing for them any more.
app-consents-none = Nobody lets this app act for him or her here
app-consents-intro = These people let this app act for them. It reaches only the branches that they reach themselves.
withdraw-all-title = Withdraw all
withdraw-all-what = { $count ->
    [0] There is nothing to withdraw any more.
    [1] 1 consent ends at once, and every token that rests on it. He or she has to allow the app again to go on.
   *[other] { $count } consents end at once, and every token that rests on them. The people have to allow the app again to go on.
}
