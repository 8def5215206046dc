"""How does an act get its second signature before it is published? By a draft to the other organ, and its answer."""
