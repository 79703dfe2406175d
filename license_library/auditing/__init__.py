"""The record of questions, sealed so that whoever changes it afterwards is found out."""
