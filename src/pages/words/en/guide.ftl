## The guide for integrators

guide-title = Guide
guide-heading = Guide for integrators
guide-intro = How your program gets tokens and calls the API: with examples that run as they stand, and every error with its cause and what to do about it.
guide-chapters = Chapters
guide-contents = On this page
guide-sign-in = Sign in
guide-sign-in-what = to see the examples with your own client ID and branch.
guide-values = The examples use the client ID of { $app } and the branch { $branch } ({ $id }).
guide-values-app = The examples use the client ID of { $app }.
guide-values-branch = The examples use the branch { $branch } ({ $id }).
guide-secret = The secret is in
guide-previous = Previous: { $title }
guide-next = Next: { $title }
guide-around = More chapters
guide-shell = Shell
guide-answer = Answer
guide-output = Output
guide-text = Text
guide-own = Your organization
