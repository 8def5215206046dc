"""How is a bus deployed and watched?"""
