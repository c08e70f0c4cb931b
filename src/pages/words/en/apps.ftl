
## Apps

app-list-intro = Programs of others that may use your data: what each may do, and when it last did.
app-list-new = New app
app-list-none = No apps yet
app-list-none-what = An app is a program, such as an ERP or a BI tool, that gets tokens here and calls the API with them.
app-list-ask = An owner or admin can register one.
app-list-filter = Find an app
app-list-created = Registered on
app-list-created-by = Registered by { $name } on
app-list-scopes = { $count ->
    [1] 1 scope
   *[other] { $count } scopes
}
app-used = Used
app-never-used = Never used
app-public = Public client
app-active = Active
app-revoked = Revoked
