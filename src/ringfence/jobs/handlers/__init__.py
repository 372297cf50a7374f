"""One job, one handler. What a handler needs of the world is given to it by the composition root.

callback      tell a URL what happened in a call, until it is told
checkpoint    sign the audit log as it stands
mail          hand one e-mail to the relay, until it is taken
notice        compare the notice with what is done, and publish what changed
epoch         put the keystore under a new epoch key and destroy the old one
"""
